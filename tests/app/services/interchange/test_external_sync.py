"""Another tool's answers as they change there, on each database."""

from __future__ import annotations

from hashlib import sha256

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.services.interchange.external_sync import Outcome, SyncedResponse, follow
from app.services.team import assignment
from storage.records import DocumentRecord, SpanRecord
from storage.repository import annotation_sets, assignments, documents, tool_answers
from tests.app.material import new_project
from tests.operation_log import log_of

pytestmark = pytest.mark.both_databases
TEXT = "Eve saw Rome."
EVE, ROME = SpanRecord(0, 3, "PER", key="e"), SpanRecord(8, 12, "LOC", key="r")


@pytest.fixture
def project(sessions: sessionmaker[Session]) -> int:
    return new_project(sessions, filled=False)


def send(
    sessions: sessionmaker[Session],
    project: int,
    *spans: SpanRecord,
    user: str = "ada",
    finished: bool = False,
) -> Outcome:
    digest = sha256(repr((finished, spans)).encode()).hexdigest()
    source = SyncedResponse("Tool", 3, user=user, digest=digest, finished=finished)
    status = "submitted" if finished else "in_progress"
    record = DocumentRecord(TEXT, "eve", spans, status=status)
    return follow(sessions, project, record, source, user)


def document_of(session: Session, project: int) -> int:
    result = documents.by_hash(session, project, sha256(TEXT.encode()).hexdigest())
    assert result is not None
    return result.id


def test_each_state_is_followed_once_and_none_comes_back(
    sessions: sessionmaker[Session], project: int
) -> None:
    assert send(sessions, project) == "known", "nothing yet is nobody's answer"
    assert send(sessions, project, EVE) == "added"
    assert send(sessions, project, EVE) == "known"
    assert send(sessions, project, EVE, ROME) == "updated"
    assert send(sessions, project, EVE, ROME, finished=True) == "updated"
    assert send(sessions, project, EVE, ROME, finished=True) == "known"
    assert send(sessions, project, ROME, finished=True) == "updated"

    with sessions() as session:
        stands = annotation_sets.submitted_of(session, document_of(session, project))
        assert stands is not None
        assert [span.label for span in annotation_sets.spans_of(stands)] == ["LOC"]
        assert stands.provenance["followed"]["user"] == "ada"
        newest = tool_answers.newest_of_tool(session, stands.document_id, "Tool")
        assert newest is not None
        assert newest.id == stands.id
        assert tool_answers.newest_of_tool(session, stands.document_id, "Other") is None


def test_of_two_people_the_second_replaces_nothing_until_the_project_wants_two(
    sessions: sessionmaker[Session], project: int
) -> None:
    assert send(sessions, project, EVE, user="ada") == "added"
    assert send(sessions, project, ROME, user="bo") == "waiting"
    assert send(sessions, project, ROME, user="bo") == "known", "said once"
    assignment.set_annotators(sessions, project, 2)

    assert send(sessions, project, EVE, user="ada", finished=True) == "updated"
    assert send(sessions, project, ROME, user="bo") == "updated"

    with sessions() as session:
        number = document_of(session, project)
        parts = {part.person: part.status for part in assignments.of_document(session, number)}
        refused = [row for row in log_of(session, number) if row.refused]
    assert parts == {"ada": "submitted", "bo": "in_progress"}
    assert len(refused) == 1


def test_a_document_has_no_more_people_than_the_page_allows(
    sessions: sessionmaker[Session], project: int
) -> None:
    assignment.set_annotators(sessions, project, 2)
    for number in range(assignment.MOST):
        send(sessions, project, EVE, user=f"person {number}")

    with pytest.raises(ValueError, match="at most 20 annotators"):
        send(sessions, project, EVE, user="one more")
