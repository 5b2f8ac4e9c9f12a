"""Predictions, drafts and submitted sets."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, InvalidRequestError
from sqlalchemy.orm import Session, sessionmaker

from storage.engine import writing
from storage.models import AnnotationSet, Document, EntityRow
from storage.records import SpanRecord
from storage.repository import annotation_sets, documents, operations, projects
from storage.repository.corrected import corrected
from storage.repository.operations import RecordedOperation
from tests.operation_log import last_seq, log_of

pytestmark = pytest.mark.both_databases

SPAN = SpanRecord(0, 4, "PER", "accepted", None, "person", "a")


@pytest.fixture
def document(sessions: sessionmaker[Session]) -> Document:
    with writing(sessions) as session:
        project = projects.create(session, "P")
        document = documents.add(session, project.id, name="d", text="Anna met Bob.")
    assert document is not None
    return document


@pytest.mark.parametrize(
    "span",
    [
        SpanRecord(4, 4, "PER", key="a"),
        SpanRecord(-1, 4, "PER", key="a"),
        SpanRecord(0, 4, "PER", score=1.5, key="a"),
        SpanRecord(0, 4, "PER", status="maybe", key="a"),  # type: ignore[arg-type]
        SpanRecord(0, 4, "PER", source="robot", key="a"),  # type: ignore[arg-type]
    ],
)
def test_the_database_itself_refuses_a_span_that_cannot_be(
    sessions: sessionmaker[Session], document: Document, span: SpanRecord
) -> None:
    with pytest.raises(IntegrityError), writing(sessions) as session:
        annotation_sets.add_person_set(session, document.id, [span], person="Ann")


def test_a_document_has_one_draft_at_most(
    sessions: sessionmaker[Session], document: Document
) -> None:
    with writing(sessions) as session:
        annotation_sets.add_person_set(session, document.id, [], person="Ann")
    with pytest.raises(IntegrityError), writing(sessions) as session:
        annotation_sets.add_person_set(session, document.id, [], person="Bob")


def test_a_machine_set_has_no_person(sessions: sessionmaker[Session], document: Document) -> None:
    with pytest.raises(IntegrityError), writing(sessions) as session:
        session.add(
            AnnotationSet(
                document_id=document.id, origin="machine", person="Ann", state="submitted"
            )
        )


def test_saving_a_draft_writes_only_the_difference(
    sessions: sessionmaker[Session], document: Document
) -> None:
    retained, changed, removed = (
        SpanRecord(n, n + 1, "PER", key=key) for n, key in enumerate(("kept", "changed", "gone"))
    )
    with writing(sessions) as session:
        draft = annotation_sets.add_person_set(
            session, document.id, [retained, changed, removed], person="Ann"
        )
        before = {row.key: row.id for row in draft.entities}
    wanted = [retained, SpanRecord(5, 8, "ORG", key="changed"), SpanRecord(9, 12, "PER", key="new")]
    with writing(sessions) as session:
        stored = annotation_sets.draft_of(session, document.id)
        assert stored is not None
        annotation_sets.save_spans(session, stored, [retained, changed, removed], wanted)
    with sessions() as session:
        stored = annotation_sets.draft_of(session, document.id)
        assert stored is not None
        after = {row.key: row.id for row in stored.entities}
        assert set(annotation_sets.spans_of(stored)) == set(wanted)

    assert {key: after[key] for key in ("kept", "changed")} == {
        key: before[key] for key in ("kept", "changed")
    }


def test_a_submitted_set_never_changes(sessions: sessionmaker[Session], document: Document) -> None:
    with writing(sessions) as session:
        draft = annotation_sets.add_person_set(session, document.id, [SPAN], person="Ann")
        annotation_sets.submit(session, draft, documents.get(session, document.id), "Ann")
        for change in (
            lambda: annotation_sets.save_spans(session, draft, [SPAN], []),
            lambda: annotation_sets.discard_draft(session, draft),
        ):
            with pytest.raises(ValueError, match="never changes; reopen"):
                change()


def test_a_discarded_draft_leaves_nothing_behind(
    sessions: sessionmaker[Session], document: Document
) -> None:
    with writing(sessions) as session:
        draft = annotation_sets.add_person_set(session, document.id, [SPAN], person="Ann")
        annotation_sets.discard_draft(session, draft)
    with sessions() as session:
        assert session.scalars(select(AnnotationSet)).all() == []
        assert session.scalars(select(EntityRow)).all() == []


def test_spans_are_never_loaded_by_accident(
    sessions: sessionmaker[Session], document: Document
) -> None:
    with writing(sessions) as session:
        annotation_sets.add_person_set(session, document.id, [SPAN], person="Ann")
    with sessions() as session, pytest.raises(InvalidRequestError, match="lazy='raise'"):
        _ = session.scalars(select(AnnotationSet)).one().entities


def test_an_operation_is_recorded_once(sessions: sessionmaker[Session], document: Document) -> None:
    def record() -> None:
        with writing(sessions) as session:
            operations.record(
                session, client="c", seq=1, document_id=document.id, person="Ann", payload={}
            )

    record()
    with pytest.raises(IntegrityError):
        record()
    with sessions() as session:
        assert last_seq(session, "c") == 1
        assert last_seq(session, "d") is None
        assert operations.of_client(session, "c", range(10)).operations == {
            1: RecordedOperation(document.id, {}, None)
        }
        assert [op.person for op in log_of(session, document.id)] == ["Ann"]


def test_corrected_data_is_the_newest_submitted_set_of_each_document(
    sessions: sessionmaker[Session], document: Document
) -> None:
    newer = SpanRecord(9, 12, "PER", key="b")
    with writing(sessions) as session:
        for spans in ([SPAN], [newer]):
            annotation_sets.add_person_set(
                session, document.id, spans, person="Ann", state="submitted"
            )
        annotation_sets.add_person_set(session, document.id, [SPAN], person="Ann")
        documents.add(session, document.project_id, name="new", text="nobody looked")
    with sessions() as session:
        records = list(corrected(session, document.project_id))
        assert list(corrected(session, document.project_id, ["dev"])) == []

    assert [(record.name, record.entities) for record in records] == [("d", (newer,))]
    assert records[0].provenance["person"] == "Ann"


def test_corrected_data_streams_past_one_batch(
    sessions: sessionmaker[Session], document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.repository.export_selection.BATCH", 3)
    with writing(sessions) as session:
        for number in range(10):
            added = documents.add(session, document.project_id, name=f"{number}", text=f"{number}")
            assert added is not None
            annotation_sets.add_person_set(session, added.id, [], person="Ann", state="submitted")
    with sessions() as session:
        names = [record.name for record in corrected(session, document.project_id)]

    assert names == [str(number) for number in range(10)]
