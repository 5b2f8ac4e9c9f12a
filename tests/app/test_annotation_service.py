"""Suggestions, exactly-once edits, submitting, reopening; no page, no real model."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Barrier
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session, sessionmaker

from app.editing import GestureError
from app.services.annotation import AnnotationService, Applied
from core.types import Entity, Prediction, SamplerSettings, Token
from storage.engine import create_engine_from, session_factory, upgrade, writing
from storage.models import AnnotationSet, Base, EntityRow, Operation
from storage.records import SpanRecord
from storage.repository import annotation_sets, documents, model_versions, operations, projects

TEXT = "Anna met Bob in Rome."


@dataclass
class FakeModel:
    """Says what it is told to, and counts how often it is asked."""

    model_version_id: int = 1
    entities: tuple[Entity, ...] = (Entity(0, 4, "PER", 2.7), Entity(9, 12, "ORG", 1.5))
    uncovered: tuple[Token, ...] = ()
    broken: bool = False
    asked: list[str] = field(default_factory=list)

    def predict(self, text: str, settings: SamplerSettings) -> Prediction:
        self.asked.append(text)
        if self.broken:
            raise RuntimeError("out of memory")
        return Prediction(text, self.entities, self.uncovered)


@pytest.fixture
def document_id(sessions: sessionmaker[Session]) -> int:
    return _seed(sessions)


def _seed(sessions: sessionmaker[Session]) -> int:
    with writing(sessions) as session:
        project = projects.create(session, "P")
        projects.ensure_labels(session, project.id, ["PER", "ORG", "LOC"])
        model_versions.ensure_active(session, "one", ["PER", "ORG", "LOC"])
        model_versions.register(session, "two", ["PER", "ORG", "LOC"])
        document = documents.add(session, project.id, name="d", text=TEXT)
        documents.add(session, project.id, name="e", text="Another text.")
        assert document is not None
        return document.id


def shown(applied: Applied) -> list[tuple[str, str]]:
    return [(span.id, span.status) for span in applied.spans]


def test_opening_an_untouched_document_asks_the_model_once(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    model = FakeModel()
    service = AnnotationService(sessions, model)
    view = service.open(document_id, "Ann")
    again = service.open(document_id, "Ann")

    assert model.asked == [TEXT]
    assert again == view
    assert [(s.id, s.start, s.end, s.label, s.status, s.score) for s in view.spans] == [
        ("m1.1", 0, 4, "PER", "suggested", pytest.approx(0.9)),
        ("m1.2", 9, 12, "ORG", "suggested", pytest.approx(0.5)),
    ]
    assert (view.predicted, view.model_version_id, view.status) == ("found", 1, "new")


def test_the_draft_is_a_child_of_the_prediction_with_its_settings(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    AnnotationService(sessions, FakeModel(), SamplerSettings(seed=7)).open(document_id, "Ann")
    with sessions() as session:
        prediction = annotation_sets.latest_prediction(session, document_id)
        draft = annotation_sets.draft_of(session, document_id)

    assert prediction is not None
    assert draft is not None
    assert draft.parent_id == prediction.id
    assert prediction.provenance["sampler"]["seed"] == 7


def test_predicted_nothing_is_not_never_predicted(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    never = AnnotationService(sessions).open(document_id, "Ann")
    nothing = AnnotationService(sessions, FakeModel(entities=())).open(document_id, "Ann")

    assert (never.predicted, never.model_version_id) == ("never", None)
    assert (nothing.predicted, nothing.model_version_id) == ("nothing", 1)


def test_what_the_model_could_not_look_at_is_told(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    service = AnnotationService(sessions, FakeModel(uncovered=(Token(9, 12),)))

    assert service.open(document_id, "Ann").uncovered == ((9, 12),)


def test_a_broken_model_does_not_keep_a_person_from_annotating(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    model = FakeModel(broken=True)
    service = AnnotationService(sessions, model)
    view = service.open(document_id, "Ann")
    assert view.prediction_error == "the model could not predict this document: out of memory"
    assert view.predicted == "never"

    model.broken = False
    assert service.open(document_id, "Ann").predicted == "found"


def test_an_entity_twice_or_of_a_foreign_label_is_no_suggestion(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    entities = (
        Entity(0, 4, "PER", 1.2),
        Entity(0, 4, "PER", 2.4),
        Entity(9, 12, "BAND", 3.0),
    )
    view = AnnotationService(sessions, FakeModel(entities=entities)).open(document_id, "Ann")

    assert [(span.label, span.score) for span in view.spans] == [("PER", pytest.approx(0.8))]


def test_a_new_model_suggests_anew_only_where_nobody_has_worked(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    first = AnnotationService(sessions, FakeModel())
    second = AnnotationService(
        sessions, FakeModel(model_version_id=2, entities=(Entity(16, 20, "LOC", 3.0),))
    )
    first.open(document_id, "Ann")
    assert [span.id for span in second.open(document_id, "Ann").spans] == ["m2.1"]

    worked_on = document_id + 1
    first.open(worked_on, "Ann")
    first.apply(worked_on, "c", [{"seq": 1, "op": "reject", "id": "m1.1"}], "Ann")
    view = second.open(worked_on, "Ann")
    assert [(span.id, span.status) for span in view.spans] == [
        ("m1.1", "rejected"),
        ("m1.2", "suggested"),
    ]


def test_two_who_open_a_document_at_once_get_one_prediction_and_one_draft(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    meeting = Barrier(2, timeout=60)

    class SlowModel(FakeModel):
        def predict(self, text: str, settings: SamplerSettings) -> Prediction:
            meeting.wait()
            return super().predict(text, settings)

    service = AnnotationService(sessions, SlowModel())
    with ThreadPoolExecutor(2) as pool:
        ann, bob = pool.map(service.open, [document_id] * 2, ["Ann", "Bob"])

    assert ann == bob
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(AnnotationSet)) == 2


def test_a_page_with_an_older_models_suggestions_cannot_hit_another_span(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    AnnotationService(sessions, FakeModel()).open(document_id, "Ann")
    newer = AnnotationService(sessions, FakeModel(model_version_id=2))
    newer.open(document_id, "Bob")
    applied = newer.apply(document_id, "c", [{"seq": 1, "op": "accept", "id": "m1.1"}], "Ann")

    assert applied.error is not None
    assert [span.status for span in applied.spans] == ["suggested", "suggested"]


def test_human_labels_stand_whatever_a_new_model_says(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    service = AnnotationService(sessions, FakeModel())
    service.open(document_id, "Ann")
    service.apply(document_id, "c", [{"seq": 1, "op": "accept_all"}], "Ann")
    before = service.submit(document_id, "Ann")
    model = FakeModel(model_version_id=2)
    view = AnnotationService(sessions, model).open(document_id, "Ann")

    assert model.asked == []
    assert view == before
    assert view.read_only


def test_imported_suggestions_are_what_is_shown(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    span = SpanRecord(16, 20, "LOC", "suggested", None, "model", "e1")
    with writing(sessions) as session:
        annotation_sets.add_prediction(
            session, document_id, [span], model_version_id=None, provenance={"imported": "f"}
        )
    model = FakeModel()
    view = AnnotationService(sessions, model).open(document_id, "Ann")

    assert model.asked == []
    assert [span.id for span in view.spans] == ["e1"]
    assert (view.predicted, view.model_version_id) == ("found", None)


def test_operations_are_applied_in_order_and_acknowledged(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    service = AnnotationService(sessions, FakeModel())
    service.open(document_id, "Ann")
    applied = service.apply(
        document_id,
        "c",
        [
            {"seq": 2, "op": "move", "id": "u1", "start": 16, "end": 20},
            {"seq": 1, "op": "add", "id": "u1", "start": 13, "end": 20, "label": "LOC"},
            {"seq": 3, "op": "accept", "id": "m1.1"},
        ],
        "Ann",
    )

    assert (applied.ack, applied.error, applied.status) == (3, None, "in_progress")
    assert shown(applied) == [("m1.1", "accepted"), ("m1.2", "suggested"), ("u1", "accepted")]
    assert (applied.spans[2].start, applied.spans[2].end) == (16, 20)
    with sessions() as session:
        history = operations.of_document(session, document_id)
        assert [(op.seq, op.payload["op"], op.person, op.refused) for op in history] == [
            (1, "add", "Ann", None),
            (2, "move", "Ann", None),
            (3, "accept", "Ann", None),
        ]


def test_a_bad_operation_is_refused_and_acknowledged_and_blocks_nothing(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    service = AnnotationService(sessions, FakeModel())
    service.open(document_id, "Ann")
    ops: list[dict[str, Any]] = [
        {"seq": 1, "op": "accept", "id": "m1.1"},
        {"seq": 2, "op": "accept", "id": "gone"},
        {"seq": 3, "op": "reject", "id": "m1.2"},
    ]
    applied = service.apply(document_id, "c", ops, "Ann")
    assert applied.ack == 2
    assert applied.error == (
        "there is no span 'gone' in this draft; reload the page to see its spans"
    )
    assert shown(applied) == [("m1.1", "accepted"), ("m1.2", "suggested")]

    applied = service.apply(document_id, "c", ops[2:], "Ann")
    assert (applied.ack, applied.error) == (3, None)
    assert shown(applied) == [("m1.1", "accepted"), ("m1.2", "rejected")]


def test_a_refusal_whose_answer_was_lost_is_told_again(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    service = AnnotationService(sessions, FakeModel())
    ops = [{"seq": 1, "op": "accept", "id": "gone"}]
    first = service.apply(document_id, "c", ops, "Ann")

    assert service.apply(document_id, "c", ops, "Ann") == first
    assert first.error is not None


@pytest.mark.parametrize(
    ("client", "ops", "message"),
    [
        ("", [], "a client needs an ASCII id"),
        (None, [], "a client needs an ASCII id"),
        ("x" * 65, [], "a client needs an ASCII id"),
        ("\ud83d", [], "a client needs an ASCII id"),
        ("c", None, "operations must come as a list"),
        ("c", "ops", "operations must come as a list"),
        ("c", [None], "needs a 'seq'"),
        ("c", [{"op": "accept_all"}], "needs a 'seq'"),
        ("c", [{"seq": 2**53, "op": "accept_all"}], "needs a 'seq'"),
        ("c", [{"seq": True, "op": "accept_all"}], "needs a 'seq'"),
        ("c", [{"seq": 1, "op": "\ud83d"}], "unknown operation"),
        ("c", [{"seq": 1, "op": "add", "id": "\ud83d", "x": {"deep": [0] * 999}}], "'id' must"),
    ],
)
def test_nonsense_from_a_client_is_answered_not_obeyed(
    sessions: sessionmaker[Session], document_id: int, client: object, ops: object, message: str
) -> None:
    service = AnnotationService(sessions, FakeModel())
    before = service.open(document_id, "Ann")
    applied = service.apply(document_id, client, ops, "Ann")

    assert applied.error is not None
    assert message in applied.error
    assert (applied.spans, applied.status) == (before.spans, "new")


def test_an_operation_without_a_number_does_not_hold_up_the_others(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    applied = AnnotationService(sessions).apply(
        document_id, "c", [{"op": "skip"}, {"seq": 1, "op": "accept_all"}], "Ann"
    )

    assert applied.ack == 1
    assert applied.error is not None


def test_an_operation_that_comes_too_late_is_refused(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    service = AnnotationService(sessions)
    service.apply(document_id, "c", [{"seq": 5, "op": "accept_all"}], "Ann")
    applied = service.apply(document_id, "c", [{"seq": 4, "op": "submit"}], "Ann")

    assert applied.ack == 5
    assert applied.error is not None
    assert "came after operation 5" in applied.error
    assert applied.status == "in_progress"


def test_two_pages_count_for_themselves(sessions: sessionmaker[Session], document_id: int) -> None:
    service = AnnotationService(sessions, FakeModel())
    service.open(document_id, "Ann")
    service.apply(document_id, "c", [{"seq": 1, "op": "accept", "id": "m1.1"}], "Ann")
    applied = service.apply(document_id, "d", [{"seq": 1, "op": "reject", "id": "m1.2"}], "Bob")

    assert shown(applied) == [("m1.1", "accepted"), ("m1.2", "rejected")]


def test_submitting_waits_for_every_suggestion_to_be_decided(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    service = AnnotationService(sessions, FakeModel())
    service.open(document_id, "Ann")
    with pytest.raises(GestureError, match="2 suggestions are neither accepted nor rejected"):
        service.submit(document_id, "Ann")

    applied = service.apply(
        document_id, "c", [{"seq": 1, "op": "accept_all"}, {"seq": 2, "op": "submit"}], "Bob"
    )
    assert applied.status == "submitted"
    with sessions() as session:
        submitted = annotation_sets.submitted_of(session, document_id)
    assert submitted is not None
    assert submitted.person == "Bob"


def test_a_submitted_document_takes_no_more_edits(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    service = AnnotationService(sessions)
    service.submit(document_id, "Ann")
    op = {"seq": 1, "op": "add", "id": "u1", "start": 0, "end": 4, "label": "PER"}
    applied = service.apply(document_id, "c", [op], "Ann")

    assert (applied.ack, applied.spans, applied.status) == (1, (), "submitted")
    assert applied.error == "this document is submitted and frozen; reopen it to change it"


def test_reopening_leaves_the_submitted_set_and_begins_a_child(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    service = AnnotationService(sessions, FakeModel())
    service.open(document_id, "Ann")
    ops = [{"seq": 1, "op": "reject", "id": "m1.2"}, {"seq": 2, "op": "accept_all"}]
    service.apply(document_id, "c", ops, "Ann")
    submitted = service.submit(document_id, "Ann")
    reopened = service.reopen(document_id, "Bob")
    assert reopened.spans == submitted.spans
    assert (reopened.status, reopened.read_only) == ("in_progress", False)

    service.apply(document_id, "d", [{"seq": 1, "op": "reject", "id": "m1.1"}], "Bob")
    with sessions() as session:
        kept = annotation_sets.submitted_of(session, document_id)
        draft = annotation_sets.draft_of(session, document_id)
        assert kept is not None
        assert draft is not None
        assert draft.parent_id == kept.id
        assert [row.status for row in kept.entities] == ["accepted", "rejected"]
        assert [row.status for row in draft.entities] == ["rejected", "rejected"]
        history = [op.payload["op"] for op in operations.of_document(session, document_id)]
    assert history == ["reject", "accept_all", "submit", "reopen", "reject"]


def test_a_skipped_document_comes_back_by_an_edit_or_by_reopening(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    service = AnnotationService(sessions, FakeModel())
    service.open(document_id, "Ann")
    assert service.skip(document_id, "Ann", "not English").status == "skipped"
    assert service.reopen(document_id, "Ann").status == "in_progress"
    service.skip(document_id, "Ann")
    applied = service.apply(document_id, "c", [{"seq": 1, "op": "accept_all"}], "Ann")
    assert applied.status == "in_progress"


def test_neighbours_are_the_documents_around(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    found = AnnotationService(sessions).neighbours(document_id)

    assert (found.previous, found.next) == (None, document_id + 1)


def test_a_document_that_is_not_there_is_said_so(sessions: sessionmaker[Session]) -> None:
    service = AnnotationService(sessions)
    with pytest.raises(LookupError, match="there is no document 404"):
        service.open(404, "Ann")
    with pytest.raises(LookupError, match="there is no document 404"):
        service.apply(404, "c", [], "Ann")


def test_what_is_acknowledged_is_committed(
    sessions: sessionmaker[Session], document_id: int, database_url: str
) -> None:
    """Seen through a second engine, as another process would see it."""
    applied = AnnotationService(sessions).apply(
        document_id,
        "c",
        [{"seq": 1, "op": "add", "id": "u1", "start": 0, "end": 4, "label": "PER"}],
        "Ann",
    )
    other = create_engine_from(database_url)
    with session_factory(other)() as session:
        assert operations.last_seq(session, "c") == applied.ack == 1
        assert session.scalars(select(EntityRow.key)).all() == ["u1"]
    other.dispose()


def test_when_the_commit_fails_nothing_is_acknowledged_nor_kept(
    sessions: sessionmaker[Session], engine: Engine, document_id: int
) -> None:
    service = AnnotationService(sessions, FakeModel())
    service.open(document_id, "Ann")
    ops = [{"seq": 1, "op": "accept", "id": "m1.1"}]

    def full_disk(_connection: object) -> None:
        raise OSError("disk full")

    event.listen(engine, "commit", full_disk)
    with pytest.raises(OSError, match="disk full"):
        service.apply(document_id, "c", ops, "Ann")
    event.remove(engine, "commit", full_disk)

    with sessions() as session:
        assert operations.last_seq(session, "c") is None
    assert shown(service.apply(document_id, "c", ops, "Ann"))[0] == ("m1.1", "accepted")


ids = st.sampled_from(["m1.1", "m1.2", "u1", "u2", "gone"])
edits = st.one_of(
    st.fixed_dictionaries({"op": st.sampled_from(["accept", "reject", "delete"]), "id": ids}),
    st.fixed_dictionaries(
        {
            "op": st.just("add"),
            "id": ids,
            "start": st.integers(0, 10),
            "end": st.integers(5, 25),
            "label": st.sampled_from(["PER", "LOC"]),
        }
    ),
    st.sampled_from([{"op": "accept_all"}, {"op": "submit"}, {"op": "skip"}]),
)


@pytest.fixture(scope="module")
def shared_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = create_engine_from(f"sqlite:///{tmp_path_factory.mktemp('db')}/x.db")
    upgrade(engine)
    yield engine
    engine.dispose()


@contextmanager
def emptied(engine: Engine) -> Iterator[AnnotationService]:
    sessions = session_factory(engine)
    with writing(sessions) as session:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name != "annotation_sets":
                session.execute(table.delete())
                continue
            for row in session.scalars(select(AnnotationSet.id).order_by(AnnotationSet.id.desc())):
                session.execute(table.delete().where(table.c.id == row))
    _seed(sessions)
    yield AnnotationService(sessions, FakeModel())


@settings(max_examples=20)
@given(ops=st.lists(edits, min_size=1, max_size=8), data=st.data())
def test_any_interleaving_of_resends_ends_the_same(
    shared_engine: Engine, ops: list[dict[str, Any]], data: st.DataObject
) -> None:
    """The page sends all that is not acknowledged, again and again, and answers get lost."""
    numbered = [{"seq": number, **op} for number, op in enumerate(ops, 1)]
    with emptied(shared_engine) as service:
        document_id = service.open(_first(shared_engine), "Ann").document_id
        for op in numbered:
            expected = service.apply(document_id, "c", [op], "Ann")
    with emptied(shared_engine) as service:
        document_id = service.open(_first(shared_engine), "Ann").document_id
        known_ack = 0
        sent: list[list[dict[str, Any]]] = []
        while known_ack < len(numbered):
            if sent and data.draw(st.booleans(), label="an old batch arrives again"):
                service.apply(document_id, "c", data.draw(st.sampled_from(sent)), "Ann")
            upto = data.draw(st.integers(known_ack + 1, len(numbered)), label="typed so far")
            sent.append(numbered[known_ack:upto])
            applied = service.apply(document_id, "c", sent[-1], "Ann")
            if len(sent) > 20 or data.draw(st.booleans(), label="the answer arrives"):
                known_ack = applied.ack or 0
        assert (applied.spans, applied.status) == (expected.spans, expected.status)
        with session_factory(shared_engine)() as session:
            assert session.scalar(select(func.count()).select_from(Operation)) == len(ops)


def _first(engine: Engine) -> int:
    with session_factory(engine)() as session:
        found = documents.first(session, projects.every(session)[0].id)
    assert found is not None
    return found
