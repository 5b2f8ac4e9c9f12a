"""What is done to several documents at once, and which documents a filter finds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.services.operations import chosen_documents, documents
from app.services.operations.chosen_documents import Moved, tags_of
from storage.engine import Sessions, writing
from storage.models import Document
from storage.records import DocumentFilter, SpanRecord
from storage.repository import annotation_sets, assignments, model_versions, projects, signals
from storage.repository import documents as documents_table
from storage.repository import trash as trash_table


@pytest.fixture
def project(sessions: Sessions) -> int:
    """Four documents: a, b, c, d."""
    with writing(sessions) as session:
        project = projects.create(session, "Mail")
        projects.ensure_labels(session, project.id, ["PER", "ORG"])
        for name, meta in (
            ("a", {"source": "Reuters", "page": 7}),
            ("b", {"source": "É-mail"}),
            ("c", {"tags": ["hard", "élan"]}),
            ("d", {}),
        ):
            added = documents_table.add(
                session, project.id, name=name, text=f"Text {name}", split="train", meta=meta
            )
            assert added is not None
        return project.id


def names_of(sessions: Sessions, project: int, **conditions: Any) -> str:
    wanted = DocumentFilter(**conditions)
    rows = documents.page(sessions, project, wanted, limit=50).rows
    ids = chosen_documents.matching(sessions, project, wanted)
    assert [row.id for row in rows] == list(ids)
    return "".join(row.name for row in rows)


def ids(sessions: Sessions, project: int) -> list[int]:
    return list(chosen_documents.matching(sessions, project, DocumentFilter()))


@pytest.mark.parametrize(
    ("key", "value", "names"),
    [
        ("source", "", "ab"),
        ("source", "reut", "a"),
        ("source", "É", "b"),
        ("page", "7", "a"),
        ("tags", "hard", "c"),
        ("tags", "élan", "c"),
        ("tags", "%", ""),
        ("nothing", "", ""),
        ('so"urce', "", ""),
        ("source", "\0", ""),
    ],
)
def test_metadata_is_found_by_its_key_and_what_its_value_contains(
    sessions: Sessions, project: int, key: str, value: str, names: str
) -> None:
    assert names_of(sessions, project, meta_key=key, meta_value=value) == names


def test_what_there_is_to_filter_by_can_be_chosen_from(sessions: Sessions, project: int) -> None:
    a, b, *_ = ids(sessions, project)
    with writing(sessions) as session:
        _draft(session, a, SpanRecord(0, 4, "PER", key="p"))
        assignments.add(session, b, "Bo", None)

    offered = documents.filter_options(sessions, project)

    assert offered.labels == ("PER", "ORG")
    assert offered.people == ("Anna", "Bo")
    assert offered.meta_keys == ("page", "source", "tags")


def test_a_label_is_looked_for_in_what_stands_now(sessions: Sessions, project: int) -> None:
    a, b, c, _ = ids(sessions, project)
    with writing(sessions) as session:
        version = model_versions.ensure_active(session, "model", ["PER"])
        for document in (a, b, c):
            annotation_sets.add_prediction(
                session,
                document,
                [SpanRecord(0, 4, "PER", "suggested", 0.9, "model", "m")],
                model_version_id=version.id,
                provenance={},
            )
        _draft(session, b, SpanRecord(0, 4, "ORG", key="p"))
        _draft(session, c, SpanRecord(0, 4, "PER", "rejected", key="p"))

    assert names_of(sessions, project, label="PER") == "a"
    assert names_of(sessions, project, label="ORG") == "b"
    assert names_of(sessions, project, label="LOC") == ""


def test_a_person_is_who_annotated_or_was_given_a_document(
    sessions: Sessions, project: int
) -> None:
    a, b, *_ = ids(sessions, project)
    with writing(sessions) as session:
        _draft(session, a, SpanRecord(0, 4, "PER", key="p"))
        assignments.add(session, b, "Anna", None)

    assert names_of(sessions, project, person="Anna") == "ab"
    assert names_of(sessions, project, person="Bo") == ""


def test_dates_and_doubt_narrow_the_list(sessions: Sessions, project: int) -> None:
    a, b, *_ = ids(sessions, project)
    midnight = datetime(2026, 3, 1, tzinfo=UTC)
    with writing(sessions) as session:
        version = model_versions.ensure_active(session, "model", ["PER"])
        for document, uncertainty in ((a, 0.2), (b, 0.7)):
            signals.put(
                session, document, version.id, doubt=uncertainty, disagreement=0.0, vector=b"\0" * 4
            )
        documents_table.get(session, a).updated_at = midnight

    assert names_of(sessions, project, until=midnight + timedelta(days=1)) == "a"
    assert names_of(sessions, project, since=midnight + timedelta(days=1)) == "bcd"
    assert names_of(sessions, project, least_doubt=0.5) == "b"
    assert (
        documents.page(sessions, project, limit=1, with_uncertainty=True).rows[0].uncertainty == 0.2
    )


def test_tags_are_given_and_taken_and_the_rest_of_the_metadata_stays(
    sessions: Sessions, project: int
) -> None:
    a, _, c, _ = ids(sessions, project)

    changed = chosen_documents.tag(sessions, project, [a, c], add=["hard", " to  do "])
    assert changed == 2
    assert meta(sessions, a) == {
        "source": "Reuters",
        "page": 7,
        "tags": ["hard", "to do"],
    }
    assert tags_of(meta(sessions, c)) == ["hard", "élan", "to do"]

    assert chosen_documents.tag(sessions, project, [a, c], remove=["hard", "to do"]) == 2
    assert "tags" not in meta(sessions, a)
    assert chosen_documents.tag(sessions, project, [a], remove=["hard"]) == 0


@pytest.mark.parametrize("name", ["", " ", "a,b", "x" * 51])
def test_a_tag_that_cannot_be_one_changes_nothing(
    sessions: Sessions, project: int, name: str
) -> None:
    chosen = ids(sessions, project)
    with pytest.raises(ValueError, match="a tag has 1 to 50 characters and no comma"):
        chosen_documents.tag(sessions, project, chosen, add=["fine", name])
    assert meta(sessions, chosen[3]) == {}


def test_a_document_that_was_begun_is_not_held_out(sessions: Sessions, project: int) -> None:
    a, b, c, d = ids(sessions, project)
    with writing(sessions) as session:
        documents_table.get(session, a).status = "submitted"
        documents_table.get(session, b).version = 1
        other = projects.create(session, "Other")
        documents_table.add(session, other.id, name="c", text="Text c", split="train")

    moved = chosen_documents.move(sessions, project, [a, b, c, d], "holdout")

    assert moved == Moved(moved=1, begun=2, elsewhere=1)
    assert _splits(sessions, project) == ["train", "train", "train", "holdout"]
    assert chosen_documents.move(sessions, project, [d], "train") == Moved(1, 0, 0)
    assert chosen_documents.move(sessions, project, [a, d], "dev").moved == 2


def test_a_text_that_is_held_out_elsewhere_is_not_trained_on_here(
    sessions: Sessions, project: int
) -> None:
    *_, d = ids(sessions, project)
    chosen_documents.move(sessions, project, [d], "holdout")
    with writing(sessions) as session:
        other = projects.create(session, "Other")
        documents_table.add(session, other.id, name="d", text="Text d", split="holdout")

    assert chosen_documents.move(sessions, project, [d], "train") == Moved(0, 0, 1)


def test_deleting_several_asks_for_their_number_and_they_can_come_back(
    sessions: Sessions, project: int
) -> None:
    a, b, *_ = ids(sessions, project)
    with pytest.raises(ValueError, match="type their number, 2"):
        chosen_documents.delete(sessions, project, [a, b], "3", "Anna")
    assert names_of(sessions, project) == "abcd"

    assert chosen_documents.delete(sessions, project, [a, b], " 2 ", "Anna") == 2

    assert names_of(sessions, project) == "cd"
    with sessions() as session:
        assert {item.id for item in trash_table.of_project(session, project)} == {a, b}


def test_documents_of_another_project_are_left_alone(sessions: Sessions, project: int) -> None:
    with writing(sessions) as session:
        other = projects.create(session, "Other")
        added = documents_table.add(session, other.id, name="x", text="Elsewhere", split="train")
        assert added is not None
        elsewhere = added.id

    assert chosen_documents.tag(sessions, project, [elsewhere], add=["t"]) == 0
    assert chosen_documents.move(sessions, project, [elsewhere], "dev") == Moved(0, 0, 0)
    assert chosen_documents.delete(sessions, project, [elsewhere], "1", "Anna") == 0


def test_more_than_may_be_changed_in_one_go_is_refused_with_the_remedy(
    sessions: Sessions, project: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = ids(sessions, project)
    monkeypatch.setattr(chosen_documents, "MOST_CHOSEN", 3)
    with pytest.raises(ValueError, match="narrow the list by a filter"):
        chosen_documents.tag(sessions, project, chosen, add=["t"])
    with pytest.raises(ValueError, match="narrow the list by a filter"):
        chosen_documents.matching(sessions, project, DocumentFilter())


def _draft(session: Any, document_id: int, *spans: SpanRecord) -> None:
    annotation_sets.add_person_set(session, document_id, spans, person="Anna")


def _splits(sessions: Sessions, project: int) -> list[str]:
    with sessions() as session:
        query = session.query(Document).filter(Document.project_id == project)
        return [document.split for document in query.order_by(Document.id)]


def meta(sessions: Sessions, document_id: int) -> Mapping[str, Any]:
    with sessions() as session:
        return documents_table.get(session, document_id).meta
