"""Who works on what: claims, parts that several people have, and that none sees the others'."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.services.annotation import history, tasks
from app.services.annotation.annotation import AnnotationService
from app.services.suggestions.queue import first_waiting, next_document, resumed, upcoming
from app.services.team import assignment
from app.services.team.assignment import FullError
from storage.enums import QueueOrder
from storage.repository import annotation_sets, documents, operations
from storage.repository.corrected import corrected
from storage.repository.listing import list_documents
from tests.app.fake_model import FakeModel
from tests.app.restoring import back
from tests.app.teamwork import Team, later, team


@pytest.fixture
def alone(sessions: sessionmaker[Session]) -> Team:
    """One draft of each document is everybody's."""
    return team(sessions, 1)


@pytest.fixture
def two(sessions: sessionmaker[Session]) -> Team:
    """Two people annotate each document."""
    return team(sessions, 2)


# One draft: claims


def test_who_opens_a_document_has_it_and_others_are_told(alone: Team) -> None:
    assert alone.open(0, "Anna").holder is None
    assert alone.open(0, "Bo").holder == "Anna"
    assert alone.open(0, "Anna").holder is None


@pytest.mark.parametrize("order", ["arrival", "random", "doubt", "diversity"])
def test_the_queue_sends_nobody_to_a_document_that_another_has(
    sessions: sessionmaker[Session], order: QueueOrder
) -> None:
    people = team(sessions, 1, queue=order)
    first = next_document(sessions, people.project_id, person="Anna")
    assert first is not None
    people.service.open(first, "Anna")

    assert first not in upcoming(sessions, people.project_id, count=9, person="Bo")
    assert first in upcoming(sessions, people.project_id, count=9, person="Anna")
    assert len(upcoming(sessions, people.project_id, count=9, person="Bo")) == 2


def test_a_claim_lapses_and_an_operation_renews_it(alone: Team) -> None:
    alone.open(0, "Anna")
    later(alone, timedelta(minutes=14))
    assert alone.add(0, "Anna", ("Oslo", "LOC")) is None
    later(alone, timedelta(minutes=14))
    assert alone.open(0, "Bo").holder == "Anna"
    later(alone, timedelta(minutes=2))
    assert alone.open(0, "Bo").holder is None
    assert alone.open(0, "Anna").holder == "Bo"


def test_who_edits_what_another_has_open_does_not_take_it(alone: Team) -> None:
    alone.open(0, "Anna")
    assert alone.add(0, "Bo", ("Oslo", "LOC")) is None
    assert alone.open(0, "Bo").holder == "Anna"


def test_looking_again_at_once_writes_nothing_and_is_no_change_of_the_document(
    alone: Team,
) -> None:
    alone.open(0, "Anna")
    with alone.sessions() as session:
        before = documents.get(session, alone.ids[0])
    alone.open(0, "Anna")
    with alone.sessions() as session:
        after = documents.get(session, alone.ids[0])
    assert (before.claimed_until, before.updated_at) == (after.claimed_until, after.updated_at)
    assert before.status == "new"


def test_who_goes_on_is_led_to_what_is_begun_unless_another_has_it(alone: Team) -> None:
    alone.add(1, "Anna", ("Anna", "PER"))
    assert resumed(alone.sessions, alone.project_id, "Anna") == alone.ids[1]
    assert resumed(alone.sessions, alone.project_id, "Bo") == alone.ids[0]


# Several people: each an own draft


def test_nobody_sees_what_another_does(two: Team) -> None:
    assert two.add(0, "Anna", ("Oslo", "LOC")) is None
    two.service.apply(two.ids[0], "c", [{"seq": 1, "op": "comment", "text": "hm"}], "Anna")

    bo = two.open(0, "Bo")

    assert (bo.spans, bo.comment, bo.version, bo.status, bo.holder) == ((), "", 0, "new", None)
    assert two.service.news(two.ids[0], 0, "Bo", []) is None
    with two.sessions() as session:
        document = documents.get(session, two.ids[0])
        assert history.page(session, tasks.find(session, document, "Bo")).steps == ()
        assert len(history.page(session, tasks.find(session, document, "Anna")).steps) == 2
        (row, *_) = list_documents(session, two.project_id).rows
        assert row.accepted == 0, "the list counts nobody's own draft"
        assert document.comment == ""


def test_each_has_a_status_and_the_documents_is_their_sum(two: Team) -> None:
    assert two.status(0) == "new"
    two.open(0, "Anna")
    assert two.status(0) == "new", "nobody has done anything"
    two.submit(0, "Anna", ("Oslo", "LOC"))
    assert (two.open(0, "Anna").status, two.status(0)) == ("submitted", "in_progress")
    assert two.open(0, "Bo").status == "new"
    two.submit(0, "Bo")
    assert two.status(0) == "submitted"
    two.service.reopen(two.ids[0], "Bo")
    assert two.status(0) == "in_progress"
    assert two.open(0, "Anna").read_only, "what Anna submitted stays"


def test_a_document_that_one_skipped_and_the_other_submitted_is_skipped(two: Team) -> None:
    two.submit(0, "Anna")
    two.open(0, "Bo")
    two.service.skip(two.ids[0], "Bo", "not mine")
    assert two.status(0) == "skipped"
    assert two.open(0, "Bo").skip_reason == "not mine"
    assert two.open(0, "Anna").skip_reason == ""


def test_both_start_from_the_same_suggestions(two: Team) -> None:
    service = AnnotationService(two.sessions, FakeModel())
    anna = service.open(two.ids[0], "Anna")
    service.apply(two.ids[0], "c", [{"seq": 1, "op": "reject", "id": anna.spans[0].id}], "Anna")
    bo = service.open(two.ids[0], "Bo")
    assert anna.spans == bo.spans != ()


def test_the_wanted_number_of_people_get_a_document_and_no_more(two: Team) -> None:
    two.open(0, "Anna")
    two.open(0, "Bo")
    with pytest.raises(FullError, match="has its 2 annotators"):
        two.open(0, "Cleo")
    assert next_document(two.sessions, two.project_id, person="Cleo") == two.ids[1]


def test_what_was_done_is_kept_even_where_there_is_no_room(two: Team) -> None:
    two.open(0, "Anna")
    two.open(0, "Bo")
    later(two, timedelta(hours=25))
    two.open(0, "Cleo")
    two.open(0, "Dan")
    op = {"seq": 1, "op": "add", "id": "x", "start": 20, "end": 24, "label": "LOC"}
    assert two.service.apply(two.ids[0], "late", [op], "Anna").error is None
    assert [span.id for span in two.open(0, "Anna").spans] == ["x"]


def test_a_part_that_was_taken_and_not_touched_goes_to_somebody_else(two: Team) -> None:
    two.open(0, "Anna")
    two.add(0, "Bo", ("Oslo", "LOC"))
    later(two, timedelta(hours=25))
    two.open(0, "Cleo")
    assert {each.person for each in assignment.given(two.sessions, two.project_id)} == {
        "Bo",
        "Cleo",
    }


def test_the_queue_gives_own_open_documents_first_then_those_that_lack_somebody(
    two: Team,
) -> None:
    two.add(1, "Anna", ("Anna", "PER"))
    two.open(2, "Anna")
    assert upcoming(two.sessions, two.project_id, count=9, person="Anna") == [
        two.ids[1],
        two.ids[2],
        two.ids[0],
    ]
    two.submit(1, "Anna")
    assert upcoming(two.sessions, two.project_id, two.ids[2], 9, person="Anna") == [two.ids[0]]
    assert first_waiting(two.sessions, two.project_id, "Anna") == two.ids[2]
    assert resumed(two.sessions, two.project_id, "Cleo") == two.ids[0]


@pytest.mark.parametrize("order", ["random", "disagreement"])
def test_every_order_knows_who_lacks(sessions: sessionmaker[Session], order: QueueOrder) -> None:
    people = team(sessions, 2, queue=order)
    people.submit(0, "Anna")
    people.submit(0, "Bo")
    people.submit(1, "Anna")
    assert set(upcoming(sessions, people.project_id, count=9, person="Anna")) == {people.ids[2]}
    assert set(upcoming(sessions, people.project_id, count=9, person="Bo")) == set(people.ids[1:])


def test_two_people_may_use_one_span_id_and_one_never_meets_the_others_conflict(two: Team) -> None:
    for person, start, end in (("Anna", 0, 4), ("Bo", 5, 9)):
        two.open(0, person)
        op = {"op": "add", "id": "s", "start": start, "end": end, "label": "PER", "base_version": 0}
        applied = two.service.apply(two.ids[0], f"page-{person}", [{"seq": 1, **op}], person)
        assert applied.error is None
        assert [(span.start, span.end) for span in applied.spans] == [(start, end)]
        assert two.open(0, person).conflicts == ()


def test_previous_and_next_lead_through_ones_own_documents(two: Team) -> None:
    two.open(0, "Anna")
    two.open(2, "Anna")
    assert two.service.heading(two.ids[0], "Anna").surroundings.next == two.ids[2]
    assert two.service.heading(two.ids[2], "Anna").surroundings.next is None


def test_ones_own_history_can_be_restored(two: Team) -> None:
    two.add(0, "Bo", ("Bo", "PER"))
    two.add(0, "Anna", ("Oslo", "LOC"))
    two.add(0, "Anna", ("Bo", "PER"))
    view = back(two.service, two.ids[0], 1, "Anna")
    assert [view.text[span.start : span.end] for span in view.spans] == ["Oslo"]
    assert len(two.open(0, "Bo").spans) == 1


def test_the_newest_answer_counts_until_one_is_decided_for_all(two: Team) -> None:
    two.submit(0, "Anna", ("Oslo", "LOC"))
    two.submit(0, "Bo", ("Bo", "PER"))
    with two.sessions() as session:
        newest = annotation_sets.submitted_of(session, two.ids[0])
        (exported,) = corrected(session, two.project_id)
        own = annotation_sets.submitted_of(session, two.ids[0], "Anna")
    assert newest is not None
    assert newest.person == exported.provenance["person"] == "Bo"
    assert own is not None
    assert [row.label for row in own.entities] == ["LOC"]


# Reviewers give documents to people


def test_where_one_draft_is_everybodys_nothing_can_be_assigned(alone: Team) -> None:
    with pytest.raises(ValueError, match="set the number of annotators"):
        assignment.assign(alone.sessions, alone.project_id, ["Anna"], alone.ids)


def test_a_shared_draft_waits_while_several_annotate_and_comes_back(alone: Team) -> None:
    alone.add(0, "Anna", ("Oslo", "LOC"))
    alone.submit(1, "Anna", ("Anna", "PER"))
    assignment.set_annotators(alone.sessions, alone.project_id, 2)
    assert alone.open(0, "Anna").spans == ()
    assert alone.status(1) == "submitted", "it is decided"
    alone.submit(0, "Bo", ("Bo", "PER"))
    alone.submit(0, "Anna")
    assert alone.status(0) == "submitted"
    assignment.set_annotators(alone.sessions, alone.project_id, 1)
    view = alone.service.reopen(alone.ids[0], "Cleo")
    assert [span.label for span in view.spans] == ["LOC"]
    with pytest.raises(ValueError, match="1 to 20 annotators, got 0"):
        assignment.set_annotators(alone.sessions, alone.project_id, 0)


def test_operations_say_whether_they_were_done_unseen(two: Team) -> None:
    two.add(0, "Anna", ("Oslo", "LOC"))
    with two.sessions() as session:
        assert [row.blind for row in operations.of_document(session, two.ids[0])] == [True]
