"""The guided pass over a label that is split: one place after the other, each choice saved."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.services.annotation import history, tasks
from app.services.labels import split as label_split
from app.services.labels.changes import LabelChangeError
from app.services.operations import trash
from app.services.operations.trash import DeletionError
from storage.repository import documents
from tests.app.label_kit import answer, label_id, merge, names, rename, shown
from tests.app.teamwork import Team, team


def begin(people: Team, name: str, *into: str) -> None:
    ids = people.project_id, label_id(people, name)
    label_split.begin(people.sessions, *ids, into, "Rita")


def standing(people: Team) -> label_split.Pass:
    result = label_split.standing(people.sessions, people.project_id)
    assert result is not None
    return result


def choose(people: Team, to: str) -> str:
    """Decides what is asked; returns its words."""
    now = standing(people)
    assert now.next is not None
    location = now.next.location
    label_split.choose(people.sessions, people.project_id, now.id, location, to, "Rita")
    return now.next.words


def test_every_accepted_entity_is_asked_for_once_in_its_sentence(
    sessions: sessionmaker[Session],
) -> None:
    people = team(sessions, 1, ("😀 Anna met Bo. Oslo slept.", "Bo wrote."))
    people.submit(0, "Anna", ("Anna", "PER"), ("Bo", "PER"), ("Oslo", "LOC"))
    people.add(1, "Anna", ("Bo", "PER"))

    begin(people, "PER", "WOMAN", "MAN")

    assert names(people) == ["PER", "ORG", "LOC", "WOMAN", "MAN"]
    first = standing(people)
    assert (first.label, first.into, first.done, first.left) == ("PER", ("WOMAN", "MAN"), 0, 3)
    assert first.next is not None
    assert (first.next.before, first.next.words, first.next.after) == ("😀 ", "Anna", " met Bo.")
    assert choose(people, "WOMAN") == "Anna"
    assert choose(people, "PER") == "Bo", "left as it is"
    assert (standing(people).done, standing(people).left) == (2, 1)
    assert choose(people, "MAN") == "Bo"
    assert standing(people).next is None
    assert shown(people, 0) == {"Anna": "WOMAN", "Bo": "PER", "Oslo": "LOC"}
    assert shown(people, 1) == {"Bo": "MAN"}
    with sessions() as session:
        task = tasks.find(session, documents.get(session, people.ids[0]), "Anna")
        message = [step.summary for step in history.page(session, task).steps]
    assert message[:2] == [
        "kept “Bo” as PER when splitting it",
        "split PER: “Anna” became WOMAN, by Rita",
    ]
    assert not any("imported" in item for item in message)


def test_a_choice_holds_for_everybody_who_marked_the_place(
    sessions: sessionmaker[Session],
) -> None:
    people = team(sessions, 2)
    people.submit(0, "Anna", ("Bo", "PER"))
    people.add(0, "Bo", ("Bo", "PER"))

    begin(people, "PER", "MAN")
    assert standing(people).left == 1
    choose(people, "MAN")

    assert answer(people, 0, "Anna") == {(14, 16): "MAN"}
    assert shown(people, 0, "Bo") == {"Bo": "MAN"}


def test_a_pass_goes_on_where_it_was_left_and_survives_another_name(
    sessions: sessionmaker[Session],
) -> None:
    people = team(sessions, 1)
    people.submit(0, "Anna", ("Anna Haag", "PER"), ("Bo", "PER"))
    begin(people, "PER", "MAN", "ORG")
    choose(people, "PER")

    rename(people, "PER", "PERSON")
    rename(people, "MAN", "HE")

    now = standing(people)
    assert (now.label, now.into, now.done, now.left) == ("PERSON", ("HE", "ORG"), 1, 1)
    label_split.finish(sessions, people.project_id, "Rita")
    assert label_split.standing(sessions, people.project_id) is None
    assert shown(people, 0) == {"Anna Haag": "PERSON", "Bo": "PERSON"}


def test_a_choice_made_twice_or_too_late_changes_nothing(
    sessions: sessionmaker[Session],
) -> None:
    people = team(sessions, 1)
    people.submit(0, "Anna", ("Bo", "PER"))
    begin(people, "PER", "MAN", "WOMAN")
    first = standing(people)
    assert first.next is not None
    location = first.next.location
    with pytest.raises(LabelChangeError, match="MAN, WOMAN, got 'LOC'"):
        label_split.choose(sessions, people.project_id, first.id, location, "LOC", "Rita")
    choose(people, "MAN")

    label_split.choose(sessions, people.project_id, first.id, location, "WOMAN", "Rita")

    assert answer(people, 0) == {(14, 16): "MAN"}
    label_split.finish(sessions, people.project_id, "Rita")
    with pytest.raises(LabelChangeError, match="has ended"):
        label_split.choose(sessions, people.project_id, first.id, location, "WOMAN", "Rita")


def test_one_pass_at_a_time_and_never_into_nothing(sessions: sessionmaker[Session]) -> None:
    people = team(sessions, 1)
    with pytest.raises(LabelChangeError, match="at least one other"):
        begin(people, "PER", "PER")
    begin(people, "PER", "MAN")
    with pytest.raises(LabelChangeError, match="finish that first"):
        begin(people, "LOC", "TOWN")
    assert "TOWN" not in names(people)


def test_a_label_that_is_being_split_is_neither_merged_nor_deleted(
    sessions: sessionmaker[Session],
) -> None:
    people = team(sessions, 1)
    people.submit(0, "Anna", ("Anna Haag", "PER"), ("Oslo", "LOC"))
    begin(people, "PER", "MAN")
    with pytest.raises(LabelChangeError, match="'PER' is being split; finish that first"):
        merge(people, "PER", "ORG")
    with pytest.raises(DeletionError, match="'PER' is being split; finish that first"):
        trash.delete(sessions, "label", label_id(people, "PER"), "PER", "Rita")

    assert shown(people, 0) == {"Anna Haag": "PER", "Oslo": "LOC"}
    assert (standing(people).label, standing(people).left) == ("PER", 1)
    merge(people, "LOC", "PER")
    assert standing(people).left == 2, "what becomes one of its entities is asked for, too"
    label_split.finish(sessions, people.project_id, "Rita")
    merge(people, "PER", "ORG")
    assert shown(people, 0) == {"Anna Haag": "ORG", "Oslo": "ORG"}


def test_splitting_and_merging_back_is_as_it_was(sessions: sessionmaker[Session]) -> None:
    people = team(sessions, 1)
    people.submit(0, "Anna", ("Anna Haag", "PER"), ("Bo", "PER"), ("Oslo", "LOC"))
    before = answer(people, 0)
    begin(people, "PER", "MAN", "WOMAN")
    choose(people, "WOMAN")
    choose(people, "MAN")
    label_split.finish(sessions, people.project_id, "Rita")

    merge(people, "MAN", "PER")
    merge(people, "WOMAN", "PER")

    assert answer(people, 0) == before
