"""What lies in the bin is found by nothing, and comes back as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, sessionmaker

from storage.engine import writing
from storage.models import AnnotationSet, Document, EntityRow
from storage.records import SpanRecord
from storage.repository import (
    annotation_sets,
    assignments,
    documents,
    model_versions,
    projects,
    signals,
    statistics,
    trash,
)
from storage.repository.bulk import known_hashes
from storage.repository.corrected import corrected
from storage.repository.listing import list_documents
from storage.repository.splits import sha256_of
from storage.soft_delete import WITH_TRASH

pytestmark = pytest.mark.both_databases

TEXTS = ("Ada met Bo", "Bo met Cy", "Cy met Di")


@pytest.fixture
def project_id(sessions: sessionmaker[Session]) -> int:
    """Two projects alike, each with three submitted documents; the first one's number."""
    with writing(sessions) as session:
        model_versions.ensure_active(session, "m", ["PER", "ORG"])
        for name in ("News", "Olds"):
            project = projects.create(session, name)
            projects.ensure_labels(session, project.id, ["PER", "ORG"])
            for text in TEXTS:
                _submitted(session, project.id, text)
        return projects.every(session)[0].id


def _submitted(session: Session, project_id: int, text: str) -> None:
    document = documents.add(
        session, project_id, name=text[:3], text=text, split="train", status="submitted"
    )
    assert document is not None
    spans = [SpanRecord(0, 2, "PER", key="a"), SpanRecord(7, 9, "ORG", key="b")]
    annotation_sets.add_person_set(session, document.id, spans, person="Ada", state="submitted")


def put(sessions: sessionmaker[Session], kind: trash.Kind, id: int) -> None:
    with writing(sessions) as session:
        trash.put(session, trash.find(session, kind, id))


def take_back(sessions: sessionmaker[Session], kind: trash.Kind, id: int) -> None:
    with writing(sessions) as session:
        trash.take_back(session, trash.find(session, kind, id))


def visible(session: Session, project_id: int) -> Iterator[Any]:
    """What each part of the program sees of a project."""
    yield [(row.id, row.accepted) for row in list_documents(session, project_id).rows]
    yield list_documents(session, project_id, search="met").total
    yield documents.counts_by_status(session, project_id)
    yield documents.counts_by_split(session, project_id)
    yield documents.first(session, project_id)
    yield signals.queue_rows(session, project_id, 1, assignments.waits_for(None, 1))
    yield signals.lacking(session, project_id, 1, ["submitted"], 9)
    yield signals.by_arrival(session, project_id, ["submitted"], None, (), 9)
    yield statistics.submissions(session, project_id)
    yield statistics.label_counts(session, project_id)
    yield [(item.text, item.entities) for item in corrected(session, project_id)]
    yield [label.name for label in projects.labels(session, project_id)]


def looked(sessions: sessionmaker[Session], project_id: int) -> list[Any]:
    with sessions() as session:
        return list(visible(session, project_id))


def test_a_deleted_document_is_found_nowhere_and_comes_back_as_it_was(
    sessions: sessionmaker[Session], project_id: int
) -> None:
    before, beside = looked(sessions, project_id), looked(sessions, project_id + 1)
    put(sessions, "document", 2)

    after = looked(sessions, project_id)
    assert [id for id, _ in after[0]] == [1, 3]
    assert after[1] == 2
    assert [row.id for row in after[5]] == after[6] == after[7] == [1, 3]
    assert after[9] == {("PER", "person"): 2, ("ORG", "person"): 2}
    assert [text for text, _ in after[10]] == [TEXTS[0], TEXTS[2]]
    with sessions() as session, pytest.raises(LookupError, match="there is no document 2"):
        documents.get(session, 2)
    assert looked(sessions, project_id + 1) == beside

    take_back(sessions, "document", 2)
    assert looked(sessions, project_id) == before


def test_a_deleted_labels_entities_are_hidden_in_its_project_only_and_come_back(
    sessions: sessionmaker[Session], project_id: int
) -> None:
    before, beside = looked(sessions, project_id), looked(sessions, project_id + 1)
    put(sessions, "label", 2)

    after = looked(sessions, project_id)
    assert after[0] == [(1, 1), (2, 1), (3, 1)]
    assert after[9] == {("PER", "person"): 3}
    assert {span.label for _, spans in after[10] for span in spans} == {"PER"}
    assert after[11] == ["PER"]
    assert looked(sessions, project_id + 1) == beside

    take_back(sessions, "label", 2)
    assert looked(sessions, project_id) == before


def test_a_deleted_project_takes_its_documents_with_it(
    sessions: sessionmaker[Session], project_id: int
) -> None:
    before = looked(sessions, project_id)
    put(sessions, "document", 3)
    put(sessions, "project", project_id)

    with sessions() as session:
        assert [project.name for project in projects.every(session)] == ["Olds"]
        assert projects.by_name(session, "News") is None
        for get in (lambda: projects.get(session, project_id), lambda: documents.get(session, 1)):
            with pytest.raises(LookupError, match="there is no"):
                get()
        assert [item.name for item in trash.projects(session)] == ["News"]
    assert looked(sessions, project_id)[0] == []

    take_back(sessions, "project", project_id)
    assert len(looked(sessions, project_id)[0]) == 2, "what was deleted before stays deleted"
    take_back(sessions, "document", 3)
    assert looked(sessions, project_id) == before


def test_a_draft_keeps_what_a_deleted_label_hides_in_it(
    sessions: sessionmaker[Session], project_id: int
) -> None:
    with writing(sessions) as session:
        spans = [SpanRecord(0, 2, "PER", key="a"), SpanRecord(7, 9, "ORG", key="b")]
        annotation_sets.add_person_set(session, 1, spans, person="Ada")
    put(sessions, "label", 2)
    with writing(sessions) as session:
        draft = annotation_sets.draft_of(session, 1)
        assert draft is not None
        assert [row.key for row in draft.entities] == ["a"]
        wanted = [SpanRecord(3, 6, "PER", key="c")]
        annotation_sets.save_spans(session, draft, spans[:1], wanted)
    take_back(sessions, "label", 2)
    with sessions() as session:
        draft = annotation_sets.draft_of(session, 1)
        assert draft is not None
        assert [row.key for row in draft.entities] == ["c", "b"]


def test_a_label_restored_while_a_draft_is_edited_keeps_its_spans(
    sessions: sessionmaker[Session], project_id: int
) -> None:
    with writing(sessions) as session:
        read, restored = SpanRecord(0, 2, "PER", key="a"), SpanRecord(7, 9, "ORG", key="b")
        annotation_sets.add_person_set(session, 1, [read, restored], person="Ada")
    with writing(sessions) as session:
        draft = annotation_sets.draft_of(session, 1)
        assert draft is not None
        wanted = [SpanRecord(3, 6, "PER", key="c")]
        annotation_sets.save_spans(session, draft, before=[read], spans=wanted)
    with sessions() as session:
        draft = annotation_sets.draft_of(session, 1)
        assert draft is not None
        assert [row.key for row in draft.entities] == ["c", "b"]


@pytest.mark.parametrize(
    "count",
    [
        lambda: select(func.count()).select_from(Document),
        lambda: select(func.count()).select_from(aliased(Document)),
        lambda: select(func.count(Document.id)),
        lambda: select(func.count()).select_from(AnnotationSet).join(Document),
        lambda: select(func.count()).where(AnnotationSet.document_id.in_(select(Document.id))),
        lambda: (
            select(func.count()).select_from(EntityRow).join(AnnotationSet).join(Document)
        ).where(EntityRow.label == "PER"),
    ],
)
def test_however_a_query_comes_to_a_document_it_passes_the_bin_by(
    sessions: sessionmaker[Session], project_id: int, count: Callable[[], Any]
) -> None:
    put(sessions, "document", 2)
    with sessions() as session:
        assert session.scalar(count()) == 5
        assert session.scalar(count().execution_options(**WITH_TRASH)) == 6


def test_a_text_whose_twin_lies_in_the_bin_is_not_added_again(
    sessions: sessionmaker[Session], project_id: int
) -> None:
    put(sessions, "document", 2)
    with writing(sessions) as session:
        assert documents.add(session, project_id, name="again", text=TEXTS[1]) is None
        hashes = [sha256_of(text) for text in (*TEXTS, "new")]
        assert len(known_hashes(session, project_id, hashes)) == 3
        assert trash.texts(session, project_id, hashes) == {hashes[1]}


def test_the_name_of_a_deleted_project_or_label_waits_for_it(
    sessions: sessionmaker[Session], project_id: int
) -> None:
    put(sessions, "label", 2)
    put(sessions, "project", project_id + 1)
    with writing(sessions) as session:
        with pytest.raises(
            ValueError, match="'Olds'; restore it from the trash, or choose another"
        ):
            projects.create(session, "Olds")
        with pytest.raises(ValueError, match="there is already a project 'News'"):
            projects.create(session, "News")
        with pytest.raises(ValueError, match="'ORG' is in the trash; restore it"):
            projects.add_label(session, project_id, "ORG")
        assert projects.ensure_labels(session, project_id, ["ORG", "LOC"]) == ("LOC",)
        assert [label.position for label in projects.labels(session, project_id)] == [0, 2]


def test_the_bin_lists_the_newest_first(sessions: sessionmaker[Session], project_id: int) -> None:
    for kind, id in (("document", 1), ("label", 1), ("document", 3)):
        put(sessions, kind, id)  # type: ignore[arg-type]
    with sessions() as session:
        listed = [(item.kind, item.name) for item in trash.of_project(session, project_id)]
        assert listed == [("document", "Cy "), ("label", "PER"), ("document", "Ada")]
        assert trash.of_project(session, project_id + 1) == []
