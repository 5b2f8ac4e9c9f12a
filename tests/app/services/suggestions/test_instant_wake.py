"""Whatever changes what is submitted wakes who learns from it, once it is committed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.services.annotation.annotation import AnnotationService
from app.services.interchange import external_sync, importing
from app.services.labels import changes as label_changes
from app.services.labels import split as label_split
from app.services.model_registry import promotions
from app.services.model_registry.registry import ModelRegistry
from app.services.operations import projects as project_settings
from app.services.operations import trash
from app.services.suggestions import instant_control, instant_wake, take_suggestion
from app.services.suggestions.label_review import Suspect
from app.services.team import adjudication
from core.types import Entity
from storage import submitted_changes
from storage.engine import Sessions, writing
from storage.models import Document
from storage.records import DocumentRecord, SpanRecord
from storage.repository import annotation_sets, documents, instant, model_versions, projects
from storage.soft_delete import WITH_TRASH
from tests.app.material import pretend_model, submit
from tests.app.teamwork import team

PERSON = "Ada"
TEXT = "Ms. Haag is here."


@dataclass
class Listening:
    """A learner that only notes what it is asked for."""

    sessions: Sessions
    folder: Path
    project_id: int
    asked: list[int | None] = field(default_factory=list)
    learnable_then: object = None
    """What there was to learn when it was asked."""
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 99)))

    def request(self, project_ids: Iterable[int] | None) -> None:
        self.learnable_then = self.learnable()
        self.asked += [None] if project_ids is None else sorted(project_ids)

    def wait(self, project_id: int, seconds: float) -> bool:
        return True

    @property
    def service(self) -> AnnotationService:
        return AnnotationService(self.sessions)

    def apply(self, *ops: dict[str, object]) -> None:
        numbered = [{"seq": next(self.numbers), **op} for op in ops]
        assert self.service.apply(self.document(), "page", numbered, PERSON).error is None

    def document(self) -> int:
        with self.sessions() as session:
            query = select(func.min(Document.id)).where(Document.project_id == self.project_id)
            result = session.scalar(query.execution_options(**WITH_TRASH))
            assert result is not None
            return result

    def label(self, name: str) -> int:
        with self.sessions() as session:
            return instant.label_ids(session, self.project_id)[name]

    def learnable(self) -> object:
        """What is to be learnt, on top of which model."""
        with self.sessions() as session:
            active = model_versions.active(session)
            result = projects.every(session)
            return active and active.id, [
                (project.id, project.instant, instant.submitted(session, project.id))
                for project in result
            ]


def _promote(world: Listening) -> None:
    with writing(world.sessions) as session:
        new = model_versions.register(session, str(pretend_model(world.folder / "new")), ["PER"])
    ModelRegistry(world.sessions).promote(new.id)


def _reopened(world: Listening) -> None:
    world.service.reopen(world.document(), PERSON)


def _merge(world: Listening) -> None:
    into, label = world.label("ORG"), world.label("PER")
    label_changes.merge(world.sessions, world.project_id, label, into, PERSON)


def _begin_split(world: Listening) -> None:
    label_split.begin(world.sessions, world.project_id, world.label("PER"), ["ORG"], PERSON)


def _split(world: Listening) -> None:
    standing = label_split.standing(world.sessions, world.project_id)
    assert standing is not None
    assert standing.next is not None
    location = (world.document(), 4, 8)
    label_split.choose(world.sessions, world.project_id, standing.id, location, "ORG", PERSON)


def _import(world: Listening, text: str, *labels: str) -> None:
    entities = [{"start": 4, "end": 8, "label": label} for label in labels]
    line = json.dumps({"text": text, "entities": entities, "status": "submitted"})
    importing.import_file(world.sessions, world.project_id, line.encode(), format="jsonl")


def _follow(world: Listening, label: str = "ORG") -> None:
    spans = (SpanRecord(0, 3, label, key="e"),)
    record = DocumentRecord("Eve saw Rome.", "eve", spans, status="submitted")
    source = external_sync.SyncedResponse("Tool", 3, user="eve", digest=label, finished=True)
    external_sync.follow(world.sessions, world.project_id, record, source, "eve")


def _withdraw(world: Listening) -> None:
    external_sync.withdraw(world.sessions, world.project_id, "Tool", [3], PERSON)


def _take_suggestion(world: Listening) -> None:
    with world.sessions() as session:
        submitted = annotation_sets.submitted_of(session, world.document())
        assert submitted is not None
    entity, instead = Entity(4, 8, "PER"), Entity(4, 8, "ORG")
    suspect = Suspect(world.document(), "d", submitted.id, TEXT, 0, False, entity, instead, 0.9)
    take_suggestion.apply_suggestion(world.sessions, suspect, PERSON)


def _delete(world: Listening, kind: str = "document") -> None:
    if kind == "document":
        trash.delete(world.sessions, "document", world.document(), TEXT[:12], PERSON)
    else:
        trash.delete(world.sessions, "project", world.project_id, "News", PERSON)


def _configure(world: Listening) -> None:
    project_settings.configure(world.sessions, world.project_id, {"instant": False})


Step = Callable[[Listening], object]


def _restore_document(world: Listening) -> None:
    trash.restore(world.sessions, "document", world.document(), PERSON)


WAYS: dict[str, tuple[Step | None, Step]] = {
    "reopening": (None, _reopened),
    "submitting": (_reopened, lambda w: w.apply({"op": "submit"})),
    "deleting a document": (None, _delete),
    "restoring a document": (_delete, _restore_document),
    "deleting a project": (None, lambda w: _delete(w, "project")),
    "restoring a project": (
        lambda w: _delete(w, "project"),
        lambda w: trash.restore(w.sessions, "project", w.project_id, PERSON),
    ),
    "merging labels": (None, _merge),
    "splitting a label": (_begin_split, _split),
    "importing submitted documents": (None, lambda w: _import(w, "Mr. Bern is gone.", "PER")),
    "another tool's new answer": (None, _follow),
    "another tool's changed answer": (_follow, lambda w: _follow(w, "PER")),
    "another tool's deleted answer": (_follow, _withdraw),
    "taking a suggestion in review": (None, _take_suggestion),
    "switching learning off": (
        None,
        lambda w: instant_control.switch(w.sessions, w.project_id, False),
    ),
    "changing the settings": (None, _configure),
    "promoting a model": (None, _promote),
    "going back to the model before": (_promote, lambda w: promotions.roll_back(w.sessions)),
}


@pytest.fixture
def world(sessions: Sessions, tmp_path: Path) -> Iterator[Listening]:
    with writing(sessions) as session:
        model_versions.ensure_active(session, str(pretend_model(tmp_path / "old")), ["PER"])
        project_id = projects.create(session, "News").id
        projects.ensure_labels(session, project_id, ["PER", "ORG"])
    submit(sessions, project_id, TEXT, [("Haag", "PER")])
    listening = Listening(sessions, tmp_path, project_id)
    yield listening
    submitted_changes._listeners.clear()


@pytest.mark.both_databases
@pytest.mark.parametrize("way", WAYS)
def test_whatever_changes_the_submitted_documents_wakes_who_learns_them(
    world: Listening, way: str
) -> None:
    before, change = WAYS[way]
    if before:
        before(world)
    known = world.learnable()
    instant_wake.register(world.sessions, world)
    change(world)
    assert known != world.learnable() == world.learnable_then
    assert {world.project_id, None} & set(world.asked)


def test_a_decision_between_several_annotators_wakes_who_learns(sessions: Sessions) -> None:
    people = team(sessions, 2)
    people.submit(1, "Anna", ("Bank of China", "ORG"))
    people.submit(1, "Bo", ("China", "LOC"))
    world = Listening(sessions, Path(), people.project_id)
    instant_wake.register(sessions, world)

    case = adjudication.case(sessions, people.ids[1])
    ids = [version.set_id for version in case.versions]
    adjudication.decide(sessions, people.ids[1], ids, [[(4, 17, "ORG")]], "Rita")
    assert world.asked == [people.project_id]


def test_drafts_new_documents_and_what_is_rolled_back_wake_nobody(world: Listening) -> None:
    _reopened(world)
    world.apply({"op": "reject", "id": "e0"})
    instant_wake.register(world.sessions, world)

    world.apply({"op": "accept", "id": "e0"})
    importing.add_text(world.sessions, world.project_id, "new", "A new text.")
    label_changes.rename(world.sessions, world.project_id, world.label("ORG"), "FIRM", PERSON)
    with suppress(RuntimeError), writing(world.sessions) as session:
        documents.get(session, world.document()).status = "submitted"
        session.flush()
        raise RuntimeError
    world.service.visit(world.document(), PERSON)
    assert world.asked == []
