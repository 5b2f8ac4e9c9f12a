"""The thread that learns every submitted document in the background, one a process."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable

from app.services.suggestions import instant_wake
from app.services.suggestions.instant_lessons import InstantLearning, LearningModel
from storage.engine import Sessions
from storage.repository import projects

LOG = logging.getLogger(__name__)
RETRY = 5.0
"""Seconds until a project is looked at again that another process is learning."""
REST = 10.0
"""Seconds without anything to learn after which the whole heads are kept."""


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
        self._current: int | None = None
        self._later: set[int] = set()
        self._dirty: set[tuple[int, int]] = set()
        self._ready = False
        """Whether a new head can begin at once; done while nobody waits for the model."""
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Learn in a thread from now on; first what was submitted while nobody learnt."""
        instant_wake.register(self._sessions, self)
        self._thread = threading.Thread(target=self._run, name="instant", daemon=True)
        self._thread.start()

    def request(self, project_id: int) -> None:
        """Ask for a project's documents to be learnt. Returns at once."""
        with self._changed:
            self._wanted[project_id] = None
            self._changed.notify_all()

    def wait(self, project_id: int, seconds: float) -> bool:
        """Wait so long for a project's documents that were asked for; returns whether all are
        learnt."""
        with self._changed:
            return self._changed.wait_for(
                lambda: project_id not in self._wanted and self._current != project_id, seconds
            )

    def step(self) -> bool:
        """Learn the next batch of the project that was asked for first; returns whether there is
        more to do."""
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

    def rest(self) -> None:
        """Keep what was learnt since the last rest as whole heads, and make ready for projects that
        have learnt nothing yet."""
        while self._dirty:
            self._learning.rest(*self._dirty.pop())
        ready, self._ready = self._ready, True
        model = None if ready else self._model()
        if model is not None:
            self._learning.scaling(model)

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
        if progress == "learnt":
            self._dirty.add((project_id, model.model_version_id))
            self._learnt(project_id)
        return progress != "learnt"

    def _run(self) -> None:
        try:
            self._begin()
        except Exception:
            LOG.exception("could not look for documents to learn; the next submitted one is tried")
        while True:
            while self.step():
                pass
            with self._changed:
                tidy = self._ready and not self._dirty
                due = RETRY if self._later else None if tidy else REST
                woken = self._changed.wait_for(lambda: bool(self._wanted), due)
                if not woken and self._later:
                    self._wanted.update(dict.fromkeys(self._later))
                    self._later.clear()
                    continue
            if not woken:
                self._rest_safely()

    def _begin(self) -> None:
        with self._sessions() as session:
            learning = [project.id for project in projects.every(session) if project.instant]
        for project_id in learning:
            self.request(project_id)
        self._ready = not learning

    def _rest_safely(self) -> None:
        try:
            self.rest()
        except Exception:
            LOG.exception("could not keep what was learnt; it is learnt again after a restart")
