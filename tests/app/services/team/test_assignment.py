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
from storage.repository import annotation_sets, documents
from storage.repository.corrected import corrected
from storage.repository.listing import list_documents
from tests.app.fake_model import FakeModel
from tests.app.restoring import back
from tests.app.teamwork import Team, later, team
from tests.operation_log import log_of


@pytest.fixture
def single(sessions: sessionmaker[Session]) -> Team:
    """One draft of each document is everybody's."""
    return team(sessions, 1)


@pytest.fixture
def pair(sessions: sessionmaker[Session]) -> Team:
    """Two people annotate each document."""
    return team(sessions, 2)


# One draft: claims


def test_who_opens_a_document_has_it_and_others_are_told(single: Team) -> None:
    assert single.open(0, "Anna").holder is None
    assert single.open(0, "Bo").holder == "Anna"
    assert single.open(0, "Anna").holder is None


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


def test_a_claim_lapses_and_an_operation_renews_it(single: Team) -> None:
    single.open(0, "Anna")
    later(single, timedelta(minutes=14))
    assert single.add(0, "Anna", ("Oslo", "LOC")) is None
    later(single, timedelta(minutes=14))
    assert single.open(0, "Bo").holder == "Anna"
    later(single, timedelta(minutes=2))
    assert single.open(0, "Bo").holder is None
    assert single.open(0, "Anna").holder == "Bo"


def test_who_edits_what_another_has_open_does_not_take_it(single: Team) -> None:
    single.open(0, "Anna")
    assert single.add(0, "Bo", ("Oslo", "LOC")) is None
    assert single.open(0, "Bo").holder == "Anna"


def test_looking_again_at_once_writes_nothing_and_is_no_change_of_the_document(
    single: Team,
) -> None:
    single.open(0, "Anna")
    with single.sessions() as session:
        before = documents.get(session, single.ids[0])
    single.open(0, "Anna")
    with single.sessions() as session:
        after = documents.get(session, single.ids[0])
    assert (before.claimed_until, before.updated_at) == (after.claimed_until, after.updated_at)
    assert before.status == "new"


def test_who_goes_on_is_led_to_what_is_begun_unless_another_has_it(single: Team) -> None:
    single.add(1, "Anna", ("Anna", "PER"))
    assert resumed(single.sessions, single.project_id, "Anna") == single.ids[1]
    assert resumed(single.sessions, single.project_id, "Bo") == single.ids[0]


def test_who_leaves_a_document_untouched_leaves_it_to_whoever_comes_next(single: Team) -> None:
    single.open(0, "Anna")
    assignment.leave(single.sessions, single.ids[0], "Bo")
    assert single.open(0, "Bo").holder == "Anna", "it is not Bo's to give back"

    assignment.leave(single.sessions, single.ids[0], "Anna")

    assert next_document(single.sessions, single.project_id, person="Bo") == single.ids[0]
    assert single.open(0, "Bo").holder is None
    assert single.open(0, "Anna").holder == "Bo"


def test_who_leaves_what_they_began_has_it_until_the_claim_lapses(single: Team) -> None:
    single.add(0, "Anna", ("Oslo", "LOC"))
    assignment.leave(single.sessions, single.ids[0], "Anna")
    assert single.open(0, "Bo").holder == "Anna"


# Several people: each an own draft


def test_nobody_sees_what_another_does(pair: Team) -> None:
    assert pair.add(0, "Anna", ("Oslo", "LOC")) is None
    pair.service.apply(pair.ids[0], "c", [{"seq": 1, "op": "comment", "text": "hm"}], "Anna")

    bo = pair.open(0, "Bo")

    assert (bo.spans, bo.comment, bo.version, bo.status, bo.holder) == ((), "", 0, "new", None)
    assert pair.service.changes_since(pair.ids[0], "Bo", 0, []).news is None
    with pair.sessions() as session:
        document = documents.get(session, pair.ids[0])
        assert history.page(session, tasks.find(session, document, "Bo")).steps == ()
        assert len(history.page(session, tasks.find(session, document, "Anna")).steps) == 2
        (row, *_) = list_documents(session, pair.project_id).rows
        assert row.accepted == 0, "the list counts nobody's own draft"
        assert document.comment == ""


def test_each_has_a_status_and_the_documents_is_their_sum(pair: Team) -> None:
    assert pair.status(0) == "new"
    pair.open(0, "Anna")
    assert pair.status(0) == "new", "nobody has done anything"
    pair.submit(0, "Anna", ("Oslo", "LOC"))
    assert (pair.open(0, "Anna").status, pair.status(0)) == ("submitted", "in_progress")
    assert pair.open(0, "Bo").status == "new"
    pair.submit(0, "Bo")
    assert pair.status(0) == "submitted"
    pair.service.reopen(pair.ids[0], "Bo")
    assert pair.status(0) == "in_progress"
    assert pair.open(0, "Anna").read_only, "what Anna submitted stays"


def test_a_document_that_one_skipped_and_the_other_submitted_is_skipped(pair: Team) -> None:
    pair.submit(0, "Anna")
    pair.open(0, "Bo")
    pair.service.skip(pair.ids[0], "Bo", "not mine")
    assert pair.status(0) == "skipped"
    assert pair.open(0, "Bo").skip_reason == "not mine"
    assert pair.open(0, "Anna").skip_reason == ""


def test_both_start_from_the_same_suggestions(pair: Team) -> None:
    service = AnnotationService(pair.sessions, FakeModel())
    anna = service.open(pair.ids[0], "Anna")
    service.apply(pair.ids[0], "c", [{"seq": 1, "op": "reject", "id": anna.spans[0].id}], "Anna")
    bo = service.open(pair.ids[0], "Bo")
    assert anna.spans == bo.spans != ()


def test_the_wanted_number_of_people_get_a_document_and_no_more(pair: Team) -> None:
    pair.open(0, "Anna")
    pair.open(0, "Bo")
    with pytest.raises(FullError, match="has its 2 annotators"):
        pair.open(0, "Cleo")
    assert next_document(pair.sessions, pair.project_id, person="Cleo") == pair.ids[1]


def test_what_was_done_is_kept_even_where_there_is_no_room(pair: Team) -> None:
    pair.open(0, "Anna")
    pair.open(0, "Bo")
    later(pair, timedelta(hours=25))
    pair.open(0, "Cleo")
    pair.open(0, "Dan")
    op = {"seq": 1, "op": "add", "id": "x", "start": 20, "end": 24, "label": "LOC"}
    assert pair.service.apply(pair.ids[0], "late", [op], "Anna").error is None
    assert [span.id for span in pair.open(0, "Anna").spans] == ["x"]


def test_a_part_that_was_taken_and_not_touched_goes_to_somebody_else(pair: Team) -> None:
    pair.open(0, "Anna")
    pair.add(0, "Bo", ("Oslo", "LOC"))
    later(pair, timedelta(hours=25))
    pair.open(0, "Cleo")
    assert {item.person for item in assignment.given(pair.sessions, pair.project_id)} == {
        "Bo",
        "Cleo",
    }


def test_the_queue_gives_own_open_documents_first_then_those_that_lack_somebody(
    pair: Team,
) -> None:
    pair.add(1, "Anna", ("Anna", "PER"))
    pair.open(2, "Anna")
    assert upcoming(pair.sessions, pair.project_id, count=9, person="Anna") == [
        pair.ids[1],
        pair.ids[2],
        pair.ids[0],
    ]
    pair.submit(1, "Anna")
    assert upcoming(pair.sessions, pair.project_id, pair.ids[2], 9, person="Anna") == [pair.ids[0]]
    assert first_waiting(pair.sessions, pair.project_id, "Anna") == pair.ids[2]
    assert resumed(pair.sessions, pair.project_id, "Cleo") == pair.ids[0]


@pytest.mark.parametrize("order", ["random", "disagreement"])
def test_every_order_knows_who_lacks(sessions: sessionmaker[Session], order: QueueOrder) -> None:
    people = team(sessions, 2, queue=order)
    people.submit(0, "Anna")
    people.submit(0, "Bo")
    people.submit(1, "Anna")
    assert set(upcoming(sessions, people.project_id, count=9, person="Anna")) == {people.ids[2]}
    assert set(upcoming(sessions, people.project_id, count=9, person="Bo")) == set(people.ids[1:])


def test_two_people_may_use_one_span_id_and_one_never_meets_the_others_conflict(pair: Team) -> None:
    for person, start, end in (("Anna", 0, 4), ("Bo", 5, 9)):
        pair.open(0, person)
        op = {"op": "add", "id": "s", "start": start, "end": end, "label": "PER", "base_version": 0}
        applied = pair.service.apply(pair.ids[0], f"page-{person}", [{"seq": 1, **op}], person)
        assert applied.error is None
        assert [(span.start, span.end) for span in applied.spans] == [(start, end)]
        assert pair.open(0, person).conflicts == ()


def test_previous_and_next_lead_through_ones_own_documents(pair: Team) -> None:
    pair.open(0, "Anna")
    pair.open(2, "Anna")
    assert pair.service.glance(pair.ids[0], "Anna").heading.surroundings.next == pair.ids[2]
    assert pair.service.glance(pair.ids[2], "Anna").heading.surroundings.next is None


def test_ones_own_history_can_be_restored(pair: Team) -> None:
    pair.add(0, "Bo", ("Bo", "PER"))
    pair.add(0, "Anna", ("Oslo", "LOC"))
    pair.add(0, "Anna", ("Bo", "PER"))
    view = back(pair.service, pair.ids[0], 1, "Anna")
    assert [view.text[span.start : span.end] for span in view.spans] == ["Oslo"]
    assert len(pair.open(0, "Bo").spans) == 1


def test_the_newest_answer_counts_until_one_is_decided_for_all(pair: Team) -> None:
    pair.submit(0, "Anna", ("Oslo", "LOC"))
    pair.submit(0, "Bo", ("Bo", "PER"))
    with pair.sessions() as session:
        newest = annotation_sets.submitted_of(session, pair.ids[0])
        (exported,) = corrected(session, pair.project_id)
        personal = annotation_sets.submitted_of(session, pair.ids[0], "Anna")
    assert newest is not None
    assert newest.person == exported.provenance["person"] == "Bo"
    assert personal is not None
    assert [row.label for row in personal.entities] == ["LOC"]


# Reviewers give documents to people


def test_where_one_draft_is_everybodys_nothing_can_be_assigned(single: Team) -> None:
    with pytest.raises(ValueError, match="set the number of annotators"):
        assignment.assign(single.sessions, single.project_id, ["Anna"], single.ids)


def test_a_shared_draft_waits_while_several_annotate_and_comes_back(single: Team) -> None:
    single.add(0, "Anna", ("Oslo", "LOC"))
    single.submit(1, "Anna", ("Anna", "PER"))
    assignment.set_annotators(single.sessions, single.project_id, 2)
    assert single.open(0, "Anna").spans == ()
    assert single.status(1) == "submitted", "it is decided"
    single.submit(0, "Bo", ("Bo", "PER"))
    single.submit(0, "Anna")
    assert single.status(0) == "submitted"
    assignment.set_annotators(single.sessions, single.project_id, 1)
    view = single.service.reopen(single.ids[0], "Cleo")
    assert [span.label for span in view.spans] == ["LOC"]
    with pytest.raises(ValueError, match="1 to 20 annotators, got 0"):
        assignment.set_annotators(single.sessions, single.project_id, 0)


def test_operations_say_whether_they_were_done_unseen(pair: Team) -> None:
    pair.add(0, "Anna", ("Oslo", "LOC"))
    with pair.sessions() as session:
        assert [row.blind for row in log_of(session, pair.ids[0])] == [True]


def test_a_part_that_was_left_untouched_is_there_for_others_and_for_who_comes_back_first(
    pair: Team,
) -> None:
    for person in ("Anna", "Bo"):
        pair.open(0, person)
    with pytest.raises(FullError):
        pair.open(0, "Cleo")

    assignment.leave(pair.sessions, pair.ids[0], "Anna")
    pair.open(0, "Anna")
    with pytest.raises(FullError):
        pair.open(0, "Cleo")

    assignment.leave(pair.sessions, pair.ids[0], "Anna")
    pair.open(0, "Cleo")
    with pytest.raises(FullError):
        pair.open(0, "Anna")


def test_a_part_that_was_given_or_begun_is_left_for_nobody(pair: Team) -> None:
    assignment.assign(pair.sessions, pair.project_id, ["Anna"], [pair.ids[0]])
    pair.add(0, "Bo", ("Oslo", "LOC"))
    for person in ("Anna", "Bo"):
        assignment.leave(pair.sessions, pair.ids[0], person)
    with pytest.raises(FullError):
        pair.open(0, "Cleo")
