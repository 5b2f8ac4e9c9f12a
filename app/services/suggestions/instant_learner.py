"""The thread that learns every submitted document in the background, one a process."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable

from app.services.suggestions import instant_wake
from app.services.suggestions.instant_lessons import InstantLearning, LearningModel
from storage.engine import Sessions
from storage.repository import projects

LOG = logging.getLogger(__name__)
RETRY = 5.0
"""Seconds until a project is looked at again that another process is learning."""
REST = 10.0
"""Seconds without anything to learn after which the whole heads are kept."""
LOOK = 60.0
"""Seconds until all projects are looked at again: other programs submit documents, too."""


class InstantLearner:
    """What there is to learn, and the thread that does.

    `model` gives the version that is active now, or None; `learnt` is called after each step that
    changed what a project is suggested.
    """

    def __init__(
        self,
        sessions: Sessions,
        model: Callable[[], LearningModel | None],
        learnt: Callable[[int], None] = lambda project_id: None,
    ) -> None:
        self._sessions, self._model, self._learnt = sessions, model, learnt
        self._learning = InstantLearning(sessions)
        self._changed = threading.Condition()
        self._wanted: OrderedDict[int, None] = OrderedDict()
        self._everything = False
        """Whether all projects are wanted."""
        self._current: int | None = None
        self._later: set[int] = set()
        """Those that another process was learning."""
        self._dirty: set[tuple[int, int]] = set()
        self._prepared: int | None = None
        """The model version that a new head can begin on at once."""
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Learn in a thread from now on; first what was submitted while nobody learnt."""
        instant_wake.register(self._sessions, self)
        self._thread = threading.Thread(target=self._run, name="instant", daemon=True)
        self._thread.start()

    def request(self, project_ids: Iterable[int] | None) -> None:
        """Ask for the documents of projects to be learnt; None: of all. Returns at once."""
        with self._changed:
            if project_ids is None:
                self._everything = True
            else:
                self._wanted.update(dict.fromkeys(project_ids))
            self._changed.notify_all()

    def wait(self, project_id: int, seconds: float) -> bool:
        """Wait so long for a project's documents that were asked for; returns whether all are
        learnt."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._outstanding(project_id), seconds)

    def step(self) -> bool:
        """Learn the next batch of the project that was asked for first; returns whether there is
        more to do."""
        self._look()
        with self._changed:
            self._current = next(iter(self._wanted), None)
        project_id = self._current
        if project_id is None:
            return False
        try:
            done = self._step(project_id)
        except Exception:
            LOG.exception("could not learn from project %d; will try again later", project_id)
            done = True
        with self._changed:
            if done:
                self._wanted.pop(project_id, None)
            self._current = None
            self._changed.notify_all()
            return bool(self._wanted)

    def prepare(self) -> None:
        """Make ready for projects that have learnt nothing yet on top of the active model: their
        first document need not wait. Tried once a model version."""
        try:
            model = self._model()
            if model is not None and model.model_version_id != self._prepared:
                self._prepared = model.model_version_id
                self._learning.scaling(model)
        except Exception:
            LOG.exception("could not make ready; a project's first document takes longer to learn")

    def rest(self) -> None:
        """Keep what was learnt since the last rest as whole heads."""
        while self._dirty:
            self._learning.rest(*self._dirty.pop())

    def _outstanding(self, project_id: int) -> bool:
        """Whether a project may have documents that were asked for and are not learnt."""
        return (
            self._everything
            or project_id in self._wanted
            or project_id in self._later
            or self._current == project_id
        )

    def _look(self) -> None:
        """Want every project that learns, where all were asked for."""
        if not self._everything:
            return
        try:
            with self._sessions() as session:
                learning = [project.id for project in projects.every(session) if project.instant]
        except Exception:
            LOG.exception("could not look for documents to learn; will try again later")
            learning = []
        with self._changed:
            self._everything = False
            self._wanted.update(dict.fromkeys(learning))
            self._changed.notify_all()

    def _step(self, project_id: int) -> bool:
        """Whether the project has nothing more to learn for now."""
        with self._changed:
            self._wanted.move_to_end(project_id)  # other projects have their turn in between
        model = self._model()
        if model is None:
            return True
        progress = self._learning.step(project_id, model)
        if progress == "busy":
            self._later.add(project_id)
        else:
            self._later.discard(project_id)
        if progress == "learnt":
            self._dirty.add((project_id, model.model_version_id))
            self._learnt(project_id)
        return progress != "learnt"

    def _run(self) -> None:
        self.request(None)
        while True:
            while self.step():
                pass
            self.prepare()
            with self._changed:
                woken = self._changed.wait_for(
                    lambda: self._everything or bool(self._wanted), self._pause()
                )
            if not woken:
                self._use_pause()

    def _pause(self) -> float:
        """Seconds until there is something to do though nobody asks."""
        return RETRY if self._later else REST if self._dirty else LOOK

    def _retry(self) -> None:
        """Look again at the projects that another process was learning."""
        with self._changed:
            later, self._later = self._later, set()
            self.request(later)

    def _use_pause(self) -> None:
        try:
            if self._later or self._dirty:
                self._retry()
                self.rest()  # others may wait for what this process holds
            else:
                self.request(None)
        except Exception:
            LOG.exception("could not keep what was learnt; it is learnt again after a restart")
