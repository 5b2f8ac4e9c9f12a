"""What was submitted last is what counts, whatever was submitted since its draft was begun."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.services.labels import split
from app.services.operations import trash
from app.services.team import adjudication, assignment
from storage.repository import annotation_sets
from tests.app.label_kit import answer, label_id, merge, shown
from tests.app.pages_kit import PretendedModel
from tests.app.restoring import back
from tests.app.teamwork import Team, later, team

pytestmark = pytest.mark.both_databases


def reopened(sessions: sessionmaker[Session], annotators: int) -> Team:
    """A submitted document that Anna has opened again, with an entity more."""
    people = team(sessions, annotators)
    people.submit(0, "Anna", ("Oslo", "LOC"))
    people.service.reopen(people.ids[0], "Anna")
    people.add(0, "Anna", ("Bo", "PER"))
    return people


@pytest.mark.parametrize(("annotators", "owner"), [(1, None), (2, "Anna")])
def test_a_correction_counts_where_labels_were_merged_meanwhile(
    sessions: sessionmaker[Session], annotators: int, owner: str | None
) -> None:
    people = reopened(sessions, annotators)
    merge(people, "LOC", "ORG")
    people.submit(0, "Anna")

    assert answer(people, 0, owner) == {(20, 24): "ORG", (14, 16): "PER"}
    assert shown(people, 0) == {"Oslo": "ORG", "Bo": "PER"}


def test_a_correction_counts_where_a_label_was_split_meanwhile(
    sessions: sessionmaker[Session],
) -> None:
    people = reopened(sessions, 1)
    split.begin(sessions, people.project_id, label_id(people, "LOC"), ["CITY"], "Rita")
    standing = split.standing(sessions, people.project_id)
    assert standing is not None
    split.choose(sessions, people.project_id, standing.id, (people.ids[0], 20, 24), "CITY", "Rita")
    people.submit(0, "Anna")

    assert answer(people, 0) == {(20, 24): "CITY", (14, 16): "PER"}


def test_what_a_correction_holds_of_a_label_in_the_trash_comes_back_with_it(
    sessions: sessionmaker[Session],
) -> None:
    people = reopened(sessions, 1)
    trash.delete(sessions, "label", label_id(people, "PER"), "PER", "Rita")
    merge(people, "LOC", "ORG")
    people.submit(0, "Anna")
    assert answer(people, 0) == {(20, 24): "ORG"}

    with sessions() as session:
        (gone,) = trash.contents(sessions, people.project_id)
        assert annotation_sets.draft_of(session, people.ids[0]) is None
    trash.restore(sessions, "label", gone.id, "Rita")
    assert answer(people, 0) == {(20, 24): "ORG", (14, 16): "PER"}


def test_of_several_peoples_answers_the_one_submitted_last_counts_not_the_one_begun_last(
    sessions: sessionmaker[Session],
) -> None:
    people = team(sessions, 2)
    people.add(0, "Anna", ("Oslo", "LOC"))
    people.submit(0, "Bo", ("Bo", "PER"))
    assert answer(people, 0) == {(14, 16): "PER"}
    people.submit(0, "Anna")

    assert answer(people, 0) == answer(people, 0, "Anna") == {(20, 24): "LOC"}
    assert answer(people, 0, "Bo") == {(14, 16): "PER"}


def test_who_reopens_what_was_decided_goes_on_from_the_decision(
    sessions: sessionmaker[Session],
) -> None:
    people = team(sessions, 1)
    people.add(0, "Anna", ("Oslo", "LOC"))
    assignment.set_annotators(sessions, people.project_id, 2)
    for person in ("Bo", "Cleo"):
        people.submit(0, person, ("Anna Haag", "PER"))
    adjudication.accept_agreed(sessions, people.project_id, "Rita")
    assignment.set_annotators(sessions, people.project_id, 1)

    view = people.service.reopen(people.ids[0], "Dan")

    assert shown(people, 0) == {"Anna Haag": "PER"}
    back(people.service, people.ids[0], 1, "Dan")
    assert shown(people, 0) == {"Oslo": "LOC"}, "what Anna began is in the history"
    back(people.service, people.ids[0], view.version, "Dan")
    people.submit(0, "Dan", ("Bo", "PER"))
    assert answer(people, 0) == {(0, 9): "PER", (14, 16): "PER"}


def test_labels_are_merged_in_drafts_of_people_who_gave_the_document_back(
    sessions: sessionmaker[Session],
) -> None:
    people = team(sessions, 2)
    people.model = PretendedModel(names=(("Bank of China", "LOC"),))
    people.open(1, "Anna")
    later(people, timedelta(days=2))
    people.open(1, "Bo")
    merge(people, "LOC", "ORG")

    assert shown(people, 1, "Anna") == shown(people, 1, "Bo") == {"Bank of China": "ORG"}
