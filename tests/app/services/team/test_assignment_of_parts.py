"""Documents given to named people, and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.services.suggestions.queue import upcoming
from app.services.team import assignment
from app.services.team.assignment import FullError
from storage.engine import writing
from storage.models import Assignment, Document
from storage.repository import assignments, documents, events, trash
from storage.repository.corrected import corrected
from tests.app.teamwork import Team, later, team

pytestmark = pytest.mark.both_databases


@pytest.fixture
def two(sessions: sessionmaker[Session]) -> Team:
    """Two people annotate each document."""
    return team(sessions, 2)


def test_documents_are_given_to_named_people_for_good(two: Team) -> None:
    assert assignment.assign(two.sessions, two.project_id, ["Anna", "Bo"], two.ids[:2]) == 4
    assert assignment.assign(two.sessions, two.project_id, ["Anna"], two.ids[:1]) == 0
    later(two, timedelta(hours=25))
    with pytest.raises(FullError):
        two.open(0, "Cleo")
    assert upcoming(two.sessions, two.project_id, count=9, person="Cleo") == [two.ids[2]]
    assert [(load.person, load.open) for load in _loads(two)] == [("Anna", 2), ("Bo", 2)]


def test_the_next_documents_that_lack_people_are_given(two: Team) -> None:
    two.submit(0, "Anna")
    assert assignment.assign_next(two.sessions, two.project_id, ["Bo", "Cleo"], 5) == 4
    assert assignment.assign_next(two.sessions, two.project_id, ["Cleo"], 5) == 1
    with pytest.raises(ValueError, match="lacks 1 of its 2 annotators"):
        assignment.assign_next(two.sessions, two.project_id, ["Cleo"], 5)
    assert assignment.loads(assignment.given(two.sessions, two.project_id))[0].submitted == 1


def test_a_part_is_taken_back_only_while_it_is_untouched(two: Team) -> None:
    assignment.assign(two.sessions, two.project_id, ["Anna", "Bo"], two.ids[:1])
    two.submit(0, "Bo")
    assignment.withdraw(two.sessions, two.ids[0], "Anna")
    assert [load.person for load in _loads(two)] == ["Bo"]
    with pytest.raises(ValueError, match="that assignment cannot be removed"):
        assignment.withdraw(two.sessions, two.ids[0], "Bo")


def test_documents_are_locked_in_order_while_they_are_given(
    two: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked: list[int] = []
    lock = documents.lock

    def locking(session: Session, document_id: int) -> Document:
        locked.append(document_id)
        return lock(session, document_id)

    monkeypatch.setattr(documents, "lock", locking)
    assignment.assign(two.sessions, two.project_id, ["Anna"], [two.ids[2], two.ids[0], two.ids[1]])
    assert locked == two.ids
    with pytest.raises(LookupError):
        assignment.assign(two.sessions, two.project_id, ["Anna"], [999])


def test_a_document_in_the_bin_is_given_to_nobody(two: Team) -> None:
    with writing(two.sessions) as session:
        trash.put(session, documents.get(session, two.ids[0]))
    with pytest.raises(LookupError):
        assignment.assign(two.sessions, two.project_id, ["Anna"], two.ids[:1])


def test_the_next_documents_are_chosen_and_given_in_one_transaction(
    two: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_in: list[Session] = []
    lacking, give = assignments.lacking, assignments.add

    def choosing(session: Session, *rest: Any) -> Sequence[int]:
        given_in.append(session)
        return lacking(session, *rest)

    def giving(session: Session, *rest: Any) -> Assignment:
        given_in.append(session)
        return give(session, *rest)

    monkeypatch.setattr(assignments, "lacking", choosing)
    monkeypatch.setattr(assignments, "add", giving)
    assignment.assign_next(two.sessions, two.project_id, ["Anna"], 1)
    assert len(given_in) == 2
    assert given_in[0] is given_in[1]


def test_what_was_given_and_taken_back_is_written_down(two: Team) -> None:
    assignment.assign(two.sessions, two.project_id, ["Anna"], two.ids[:1])
    assignment.withdraw(two.sessions, two.ids[0], "Anna")
    with two.sessions() as session:
        back, given, *_ = events.of_project(session, two.project_id)
    assert (given.action, back.action) == ("assigned", "withdrawn")
    assert (back.document_id, back.detail) == (two.ids[0], {"people": ["Anna"]})


def test_what_two_people_submitted_counts_when_one_is_enough_again(two: Team) -> None:
    two.submit(0, "Anna", ("Oslo", "LOC"))
    two.submit(0, "Bo", ("Bo", "PER"))
    assignment.set_annotators(two.sessions, two.project_id, 1)

    assert two.status(0) == "submitted"
    with two.sessions() as session:
        (exported,) = corrected(session, two.project_id)
    assert [span.label for span in exported.entities or ()] == ["PER"]
    assert [span.label for span in two.open(0, "Cleo").spans] == ["PER"]
    view = two.service.reopen(two.ids[0], "Cleo")
    assert [span.label for span in view.spans] == ["PER"]


def _loads(people: Team) -> list[assignment.Load]:
    return assignment.loads(assignment.given(people.sessions, people.project_id))
