"""Learns what people submitted, document by document, and takes back what no longer stands.

Any number of processes may do it: a lease lets one a project learn at a time, and the log of
lessons (`storage.models.instant`) tells the next one what it missed.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, Protocol
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError

from app.services.model_registry.registry import ModelFolderError
from app.services.suggestions import instant_plan
from app.services.suggestions.instant import InstantModel
from app.services.suggestions.instant_head import (
    Taught,
    TaughtText,
    learn,
    restored,
    scaling_of,
    unlearn,
)
from app.services.suggestions.instant_plan import Todo
from app.services.suggestions.suggest import Predictor
from core.types import Entity, SamplerSettings
from storage.columns import now
from storage.engine import Sessions, writing
from storage.repository import instant, model_versions
from storage.repository.instant import LoggedLesson, Published

if TYPE_CHECKING:
    from core.inference.instant.head import InstantHead
    from core.inference.instant.scaling import Scaling

LOG = logging.getLogger(__name__)
LEASE = timedelta(seconds=120)
"""After which another process takes over from one that ended while it learnt."""
STATE_EVERY = 100
"""Lessons after which the whole head is saved, also while there is more to learn."""
REPLAYED = 200
"""Lessons that are learnt again after the saved head; were there more, all is learnt anew."""
HELD = 4
"""Heads in memory."""
Progress = Literal["learnt", "idle", "busy"]
"""`busy`: another process is learning this project's documents."""


class LearningModel(InstantModel, Predictor, Protocol):
    """A model version that can be learnt on top of, and asked what it says itself."""


@dataclass(slots=True)
class _Held:
    head: InstantHead
    lesson_id: int
    """The last lesson that went into it."""
    state_lesson: int
    """The same of the state in the database."""


class InstantLearning:
    """Heads in the hands of one thread."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._owner = uuid4().hex
        self._heads: OrderedDict[tuple[int, int], _Held] = OrderedDict()
        self._scalings: dict[int, Scaling] = {}
        self._careful = 0
        """How many documents are learnt one at a time, since one of them cannot be."""

    def step(self, project_id: int, model: LearningModel) -> Progress:
        """Learn the next documents of a project, or take some back, and publish what suggests
        then. Nothing is done for a project that is in the trash or does not learn."""
        version_id = model.model_version_id
        batch = 1 if self._careful else instant_plan.BATCH
        try:
            with self._sessions() as session:
                todo = instant_plan.plan(session, project_id, version_id, batch)
        except LookupError:
            return "idle"
        if todo is None or todo.empty:
            return "idle"
        if not self._lease(project_id, version_id, todo.anew):
            return "busy"
        try:
            held = self._current(project_id, model, todo)
            if held is None:
                return "learnt"  # forgotten, to be learnt anew
            taught_lessons = self._teach(held.head, model, todo, project_id)
        except (SQLAlchemyError, ModelFolderError, OSError):
            self._heads.pop((project_id, version_id), None)
            raise  # no document's fault
        except Exception as error:
            self._heads.pop((project_id, version_id), None)
            if not self._careful:
                self._careful = len(todo.unlearn) + len(todo.learn)
                return "learnt"
            self._careful -= 1
            LOG.exception("a document of project %d cannot be learnt", project_id)
            self._give_up(project_id, version_id, todo, f"{type(error).__name__}: {error}"[:500])
            return "learnt"
        if self._save(project_id, version_id, held, taught_lessons):
            self._careful = max(0, self._careful - 1)
        return "learnt"

    def scaling(self, model: InstantModel) -> Scaling:
        """What all new heads of a model version begin with; measured once, which takes seconds."""
        version_id = model.model_version_id
        if version_id not in self._scalings:
            self._scalings[version_id] = scaling_of(model)
        return self._scalings[version_id]

    def forget(self, project_id: int, version_id: int) -> bool:
        """Forget all that was learnt of a project; False where another process is learning it."""
        leased = self._lease(project_id, version_id, anew=True)
        if leased:
            self._heads.pop((project_id, version_id), None)
        return leased

    def rest(self, project_id: int, version_id: int) -> None:
        """Keep the whole head, remove lessons that cancel and, of the active version, what was
        learnt on top of others, and let other processes learn."""
        with writing(self._sessions) as session:
            held = self._heads.get((project_id, version_id))
            current = instant.last_lesson(session, project_id, version_id)
            if held and held.lesson_id == current and held.state_lesson != current:
                self._keep(session, project_id, version_id, held)
            active = model_versions.active(session)
            published = instant.published_lesson(session, project_id, version_id)
            if published is not None and active and active.id == version_id:
                instant.retire_others(session, project_id, version_id)
            instant.release(session, project_id, version_id, self._owner)

    def _lease(self, project_id: int, version_id: int, anew: bool = False) -> bool:
        with writing(self._sessions) as session:
            today = now()
            leased = instant.lease(
                session, project_id, version_id, self._owner, today, today + LEASE
            )
            if leased and anew:
                instant.forget(session, project_id, version_id)
            return leased

    def _current(self, project_id: int, model: LearningModel, todo: Todo) -> _Held | None:
        """The head with every lesson of the log; None where all has to be learnt anew."""
        from core.inference.instant.head import InstantHead

        key = project_id, model.model_version_id
        with self._sessions() as session:
            newest = instant.last_lesson(session, *key)
            held = self._heads.get(key)
            if held is None or held.lesson_id != newest:
                stored = instant.state(session, *key)
                log = instant.lessons_after(session, *key, stored[0] if stored else 0)
                documents = {item.lesson.document_id for item in log[:REPLAYED]}
                texts = instant.texts(session, documents)
                known = instant_plan.predicted(session, documents, key[1], todo.labels)
                held = None
        if held is None:
            head = restored(stored[1]) if stored else None
            if head is None and (stored or len(log) > REPLAYED):
                self._forget(*key)
                return None
            head = head or InstantHead(self.scaling(model), flat=True)
            _configure(head, model, todo)
            if len(log) > REPLAYED or not {i.lesson.document_id for i in log} <= texts.keys():
                self._forget(*key)
                return None
            if not _replayed(model, head, log, texts, known):
                self._forget(*key)
                return None
            held = _Held(head, newest, stored[0] if stored else 0)
        _configure(held.head, model, todo)
        self._heads[key] = held
        self._heads.move_to_end(key)
        while len(self._heads) > HELD:
            self._heads.popitem(last=False)
        return held

    def _teach(
        self, head: InstantHead, model: LearningModel, todo: Todo, project_id: int
    ) -> list[Taught]:
        taught_lessons: list[Taught] = []
        for lesson in todo.unlearn:
            unlearn(model, head, lesson, todo.texts[lesson.document_id])
            taught_lessons.append((-1, lesson, None))
        texts = (
            TaughtText(
                lesson,
                todo.texts[lesson.document_id],
                self._predicted(model, todo, lesson.document_id),
            )
            for lesson in todo.learn
        )

        def renew() -> None:
            self._lease(project_id, model.model_version_id)

        for lesson, outcomes in zip(todo.learn, learn(model, head, texts, renew), strict=True):
            taught_lessons.append((1, lesson, outcomes))
        return taught_lessons

    def _predicted(
        self, model: LearningModel, todo: Todo, document_id: int
    ) -> tuple[Entity, ...] | None:
        """What the model alone says of a document, by the ids of labels; None: not asked."""
        if document_id in todo.predicted or not todo.ask:
            return todo.predicted.get(document_id)
        asked = model.predict(todo.texts[document_id], SamplerSettings(flat=todo.flat))
        return todo.labels.to_ids(asked.entities)

    def _save(
        self, project_id: int, version_id: int, held: _Held, taught_lessons: Sequence[Taught]
    ) -> bool:
        """Whether this process was still the one that learns."""
        from core.inference.instant.saved import suggester_to_bytes

        suggester = suggester_to_bytes(held.head.suggester())
        with writing(self._sessions) as session:
            today = now()
            still = instant.lease(
                session, project_id, version_id, self._owner, today, today + LEASE
            ) and held.lesson_id == instant.last_lesson(session, project_id, version_id)
            if not still:
                self._heads.pop((project_id, version_id), None)
                return False
            held.lesson_id = instant.log(session, project_id, version_id, taught_lessons)
            documents = held.head.documents
            instant.publish(
                session, project_id, Published(version_id, held.lesson_id, documents, suggester)
            )
            if held.lesson_id - held.state_lesson >= STATE_EVERY:
                self._keep(session, project_id, version_id, held)
        return True

    def _keep(self, session: Any, project_id: int, version_id: int, held: _Held) -> None:
        from core.inference.instant.saved import head_to_bytes

        instant.keep_state(
            session, project_id, version_id, held.lesson_id, head_to_bytes(held.head)
        )
        held.state_lesson = held.lesson_id

    def _forget(self, project_id: int, version_id: int) -> None:
        self._heads.pop((project_id, version_id), None)
        with writing(self._sessions) as session:
            instant.forget(session, project_id, version_id)

    def _give_up(self, project_id: int, version_id: int, todo: Todo, reason: str) -> None:
        """What cannot be taken back is forgotten with all else; what cannot be learnt is left
        out."""
        if todo.unlearn:
            self._forget(project_id, version_id)
        with writing(self._sessions) as session:
            for lesson in todo.learn:
                instant.log_failure(session, project_id, version_id, lesson, reason)


def _replayed(
    model: LearningModel,
    head: InstantHead,
    log: Sequence[LoggedLesson],
    texts: Mapping[int, str],
    predicted: Mapping[int, tuple[Entity, ...]],
) -> bool:
    """Bring a kept head up to date with the log; whether it can be."""
    try:
        for item in log:
            document_id = item.lesson.document_id
            document = TaughtText(item.lesson, texts[document_id], predicted.get(document_id))
            if item.sign == 1:
                list(learn(model, head, [document]))
            else:
                unlearn(model, head, item.lesson, document.text)
    except ValueError:
        LOG.exception("the log does not continue what was learnt; all is learnt anew")
        return False
    return True


def _configure(head: InstantHead, model: LearningModel, todo: Todo) -> None:
    """Nesting, and the labels that the model suggests itself, as they are now."""
    head.flat = todo.flat
    head.known = todo.labels.ids_of(model.with_pipeline(lambda pipeline: pipeline.labels))
