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
from storage.repository import assignments, documents, trash
from storage.repository.corrected import corrected
from tests.app.event_log import events_of
from tests.app.teamwork import Team, later, team

pytestmark = pytest.mark.both_databases


@pytest.fixture
def pair(sessions: sessionmaker[Session]) -> Team:
    """Two people annotate each document."""
    return team(sessions, 2)


def test_documents_are_given_to_named_people_for_good(pair: Team) -> None:
    assert assignment.assign(pair.sessions, pair.project_id, ["Anna", "Bo"], pair.ids[:2]) == 4
    assert assignment.assign(pair.sessions, pair.project_id, ["Anna"], pair.ids[:1]) == 0
    later(pair, timedelta(hours=25))
    with pytest.raises(FullError):
        pair.open(0, "Cleo")
    assert upcoming(pair.sessions, pair.project_id, count=9, person="Cleo") == [pair.ids[2]]
    assert [(load.person, load.open) for load in _loads(pair)] == [("Anna", 2), ("Bo", 2)]


def test_the_next_documents_that_lack_people_are_given(pair: Team) -> None:
    pair.submit(0, "Anna")
    assert assignment.assign_next(pair.sessions, pair.project_id, ["Bo", "Cleo"], 5) == 4
    assert assignment.assign_next(pair.sessions, pair.project_id, ["Cleo"], 5) == 1
    with pytest.raises(ValueError, match="needs 1 more of its 2 annotators"):
        assignment.assign_next(pair.sessions, pair.project_id, ["Cleo"], 5)
    assert assignment.loads(assignment.given(pair.sessions, pair.project_id))[0].submitted == 1


def test_a_part_is_taken_back_only_while_it_is_untouched(pair: Team) -> None:
    assignment.assign(pair.sessions, pair.project_id, ["Anna", "Bo"], pair.ids[:1])
    pair.submit(0, "Bo")
    assignment.withdraw(pair.sessions, pair.ids[0], "Anna")
    assert [load.person for load in _loads(pair)] == ["Bo"]
    with pytest.raises(ValueError, match="that assignment cannot be removed"):
        assignment.withdraw(pair.sessions, pair.ids[0], "Bo")


def test_documents_are_locked_in_order_while_they_are_given(
    pair: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked: list[int] = []
    lock = documents.lock

    def locking(session: Session, document_id: int) -> Document:
        locked.append(document_id)
        return lock(session, document_id)

    monkeypatch.setattr(documents, "lock", locking)
    assignment.assign(
        pair.sessions, pair.project_id, ["Anna"], [pair.ids[2], pair.ids[0], pair.ids[1]]
    )
    assert locked == pair.ids
    with pytest.raises(LookupError):
        assignment.assign(pair.sessions, pair.project_id, ["Anna"], [999])


def test_a_document_in_the_bin_is_given_to_nobody(pair: Team) -> None:
    with writing(pair.sessions) as session:
        trash.put(session, documents.get(session, pair.ids[0]))
    with pytest.raises(LookupError):
        assignment.assign(pair.sessions, pair.project_id, ["Anna"], pair.ids[:1])


def test_the_next_documents_are_chosen_and_given_in_one_transaction(
    pair: Team, monkeypatch: pytest.MonkeyPatch
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
    assignment.assign_next(pair.sessions, pair.project_id, ["Anna"], 1)
    assert len(given_in) == 2
    assert given_in[0] is given_in[1]


def test_what_was_given_and_taken_back_is_written_down(pair: Team) -> None:
    assignment.assign(pair.sessions, pair.project_id, ["Anna"], pair.ids[:1])
    assignment.withdraw(pair.sessions, pair.ids[0], "Anna")
    with pair.sessions() as session:
        back, given, *_ = events_of(session, pair.project_id)
    assert (given.action, back.action) == ("assigned", "withdrawn")
    assert (back.document_id, back.detail) == (pair.ids[0], {"people": ["Anna"]})


def test_what_two_people_submitted_counts_when_one_is_enough_again(pair: Team) -> None:
    pair.submit(0, "Anna", ("Oslo", "LOC"))
    pair.submit(0, "Bo", ("Bo", "PER"))
    assignment.set_annotators(pair.sessions, pair.project_id, 1)

    assert pair.status(0) == "submitted"
    with pair.sessions() as session:
        (exported,) = corrected(session, pair.project_id)
    assert [span.label for span in exported.entities or ()] == ["PER"]
    assert [span.label for span in pair.open(0, "Cleo").spans] == ["PER"]
    view = pair.service.reopen(pair.ids[0], "Cleo")
    assert [span.label for span in view.spans] == ["PER"]


def _loads(people: Team) -> list[assignment.Load]:
    return assignment.loads(assignment.given(people.sessions, people.project_id))
