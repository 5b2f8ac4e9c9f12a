"""Documents: kept exactly, found, listed."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, sessionmaker

from storage.columns import now
from storage.engine import writing
from storage.enums import DocumentStatus
from storage.models import Document
from storage.records import SpanRecord
from storage.repository import annotation_sets, documents, projects
from storage.repository.listing import list_documents
from storage.repository.neighbours import surroundings
from tests.thorough import examples

pytestmark = pytest.mark.both_databases

TEXTS = [
    "line one\r\nline two\r\n",
    "\ufeffwith a byte order mark",
    "a NUL \0 inside",
    "😊 Bank of China hired Ms. Haag.\n",
    "e\u0301 is not é",
    "  blanks kept  ",
    "עברית and العربية",
]


def add(
    sessions: sessionmaker[Session], *texts: str, status: DocumentStatus = "new"
) -> list[Document]:
    with writing(sessions) as session:
        project = projects.by_name(session, "P") or projects.create(session, "P")
        added = [
            documents.add(session, project.id, name=f"name {text[:3]}", text=text, status=status)
            for text in texts
        ]
    assert None not in added
    return [document for document in added if document is not None]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_kept_exactly(sessions: sessionmaker[Session], text: str) -> None:
    (document,) = add(sessions, text)
    with sessions() as session:
        stored = documents.get(session, document.id)

    assert stored.text == text
    assert stored.length == len(text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(40))
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_is_kept_exactly(sessions: sessionmaker[Session], text: str) -> None:
    with writing(sessions) as session:
        project = projects.by_name(session, "Any") or projects.create(session, "Any")
        documents.add(session, project.id, name="x", text=text)
    with sessions() as session:
        sha256 = documents.sha256_of(text)
        stored = documents.by_hash(session, project.id, sha256)
        assert stored is not None
        assert stored.text == text


def test_the_same_text_is_added_once_to_a_project(sessions: sessionmaker[Session]) -> None:
    (document,) = add(sessions, "same")
    with writing(sessions) as session:
        assert documents.add(session, document.project_id, name="other", text="same") is None
        other = projects.create(session, "Other")
        assert documents.add(session, other.id, name="other", text="same") is not None


def test_a_text_that_cannot_be_kept_is_refused(sessions: sessionmaker[Session]) -> None:
    (document,) = add(sessions, "x")
    with writing(sessions) as session:
        with pytest.raises(ValueError, match="lone surrogate"):
            documents.add(session, document.project_id, name="x", text="half \ud83d")
        with pytest.raises(ValueError, match="at least one character"):
            documents.add(session, document.project_id, name="x", text="")


@pytest.mark.parametrize(
    ("search", "result"),
    [
        ("", 4),
        ("china", 1),
        ("ÄRZTE", 1),
        ("%", 1),
        ("_", 1),
        ("' OR 1=1--", 1),
        ("\\", 0),
        ("NAME ban", 1),
        ("nothing like it", 0),
        ("half \ud83d", 0),
        ("NUL \0", 0),
        ("ärzte" * 100_000, 0),
        ("%" * 100_000, 0),
    ],
)
def test_search_is_literal_and_blind_to_case(
    sessions: sessionmaker[Session], search: str, result: int
) -> None:
    add(sessions, "Bank of China", "die Ärzte", "100 % and _", "x' OR 1=1--")
    with sessions() as session:
        listed = list_documents(session, 1, search=search)

    assert listed.total == result
    assert len(listed.rows) == result


def test_the_list_has_pages_and_a_status_filter(sessions: sessionmaker[Session]) -> None:
    add(sessions, *(f"new {n}" for n in range(7)))
    add(sessions, *(f"skipped {n}" for n in range(3)), status="skipped")
    with sessions() as session:
        page = list_documents(session, 1, statuses=["new"], limit=3, offset=6)
        counts = documents.counts_by_status(session, 1)
        splits = documents.counts_by_split(session, 1)

    assert page.total == 7
    assert [row.preview for row in page.rows] == ["new 6"]
    assert counts == {"new": 7, "in_progress": 0, "submitted": 0, "skipped": 3}
    assert sum(splits.values()) == 10


def test_a_page_beyond_the_last_is_empty_and_the_total_stays(
    sessions: sessionmaker[Session],
) -> None:
    add(sessions, "one", "two")
    with sessions() as session:
        beyond = list_documents(session, 1, limit=25, offset=50)
        none = list_documents(session, 1, search="three", limit=25, offset=50)

    assert (beyond.rows, beyond.total) == ((), 2)
    assert (none.rows, none.total) == ((), 0)


def test_what_lies_in_the_bin_is_not_listed_counted_or_next(
    sessions: sessionmaker[Session],
) -> None:
    first, trashed, last = add(sessions, "a", "b", "c")
    with writing(sessions) as session:
        documents.get(session, trashed.id).deleted_at = now()
    with sessions() as session:
        document = documents.get(session, first.id)
        assert list_documents(session, 1).total == 2
        assert documents.counts_by_status(session, 1)["new"] == 2
        assert sum(documents.counts_by_split(session, 1).values()) == 2
        assert surroundings(session, document, None).next == last.id
        assert surroundings(session, documents.get(session, last.id), None).number == 2


def test_the_list_counts_the_spans_of_the_set_that_counts(sessions: sessionmaker[Session]) -> None:
    never, nothing, machine, person = add(sessions, "never", "nothing", "machine", "person")
    suggested = SpanRecord(0, 1, "PER", "suggested", 0.5, "model", "m1")
    with writing(sessions) as session:
        for document, spans in ((nothing, []), (machine, [suggested]), (person, [suggested])):
            annotation_sets.add_prediction(
                session, document.id, spans, model_version_id=None, provenance={}
            )
        annotation_sets.add_person_set(
            session,
            person.id,
            [
                SpanRecord(0, 1, "PER", key="a"),
                SpanRecord(1, 2, "PER", key="b"),
                SpanRecord(2, 3, "PER", "rejected", key="c"),
            ],
            person="Ann",
        )
    with sessions() as session:
        rows = list_documents(session, never.project_id).rows

    shown = [(row.predicted, row.suggested, row.accepted, row.rejected) for row in rows]
    assert shown == [(False, 0, 0, 0), (True, 0, 0, 0), (True, 1, 0, 0), (True, 0, 2, 1)]


def test_a_longer_list_takes_no_more_queries(
    sessions: sessionmaker[Session], engine: Engine
) -> None:
    add(sessions, *(f"text {n}" for n in range(30)))
    statements: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    with sessions() as session:
        list_documents(session, 1, limit=30)

    assert len([s for s in statements if s.startswith(("SELECT", "WITH"))]) == 3


def test_neighbours_are_the_nearest_documents(sessions: sessionmaker[Session]) -> None:
    _, second, third = add(sessions, "a", "b", "c")
    add(sessions, "d", status="skipped")
    with writing(sessions) as session:
        documents.get(session, second.id).status = "submitted"
    with sessions() as session:
        document = documents.get(session, third.id)
        around = surroundings(session, document, None)
        assert (around.previous, around.next) == (second.id, third.id + 1)
        assert documents.first(session, document.project_id, ["skipped"]) == third.id + 1
        assert documents.first(session, 99) is None
