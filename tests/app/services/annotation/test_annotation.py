"""Exactly-once edits, submitting, reopening; no page, no real model."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.editing import EditError
from app.services.annotation.annotation import AnnotationService
from storage.repository import annotation_sets
from tests.app.fake_model import FakeModel, seed, shown
from tests.operation_log import log_of


@pytest.fixture
def document_id(sessions: sessionmaker[Session]) -> int:
    return seed(sessions)


def test_operations_are_applied_in_order_and_acknowledged(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    service = AnnotationService(sessions, FakeModel())
    service.open(document_id, "Ann")
    applied = service.apply(
        document_id,
        "c",
        [
            {"seq": 2, "op": "move", "id": "u1", "start": 16, "end": 20},
            {"seq": 1, "op": "add", "id": "u1", "start": 13, "end": 20, "label": "LOC"},
            {"seq": 3, "op": "accept", "id": "m1.1"},
        ],
        "Ann",
    )

    assert (applied.ack, applied.error, applied.status) == (3, None, "in_progress")
    assert shown(applied) == [("m1.1", "accepted"), ("m1.2", "suggested"), ("u1", "accepted")]
    assert (applied.spans[2].start, applied.spans[2].end) == (16, 20)
    with sessions() as session:
        history = log_of(session, document_id)
        assert [(op.seq, op.payload["op"], op.person, op.refused) for op in history] == [
            (1, "add", "Ann", None),
            (2, "move", "Ann", None),
            (3, "accept", "Ann", None),
        ]


def test_a_bad_operation_is_refused_and_acknowledged_and_blocks_nothing(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    service = AnnotationService(sessions, FakeModel())
    service.open(document_id, "Ann")
    ops: list[dict[str, Any]] = [
        {"seq": 1, "op": "accept", "id": "m1.1"},
        {"seq": 2, "op": "accept", "id": "gone"},
        {"seq": 3, "op": "reject", "id": "m1.2"},
    ]
    applied = service.apply(document_id, "c", ops, "Ann")

    assert applied.ack == 3
    assert applied.error == (
        "there is no span 'gone' in this draft; reload the page to see its spans"
    )
    assert shown(applied) == [("m1.1", "accepted"), ("m1.2", "rejected")]


def test_nothing_is_submitted_where_an_edit_before_it_was_refused(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    service = AnnotationService(sessions, FakeModel())
    service.open(document_id, "Ann")
    ops: list[dict[str, Any]] = [
        {"seq": 1, "op": "relabel", "id": "m1.1", "label": "GONE"},
        {"seq": 2, "op": "relabel", "id": "m1.2", "label": "LOC"},
        {"seq": 3, "op": "accept_all"},
        {"seq": 4, "op": "submit"},
    ]
    applied = service.apply(document_id, "c", ops, "Ann")

    assert applied.status == "in_progress"
    assert applied.error is not None
    assert applied.error.startswith("unknown label 'GONE'")
    assert [span.label for span in applied.spans] == ["PER", "LOC"], "what follows is not lost"
    assert service.apply(document_id, "c", ops, "Ann") == applied, "nor is a resend submitted"
    again = {"seq": 5, "op": "submit"}
    assert service.apply(document_id, "c", [again], "Ann").status == "submitted"


def test_a_refusal_whose_answer_was_lost_is_told_again(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    service = AnnotationService(sessions, FakeModel())
    ops = [{"seq": 1, "op": "accept", "id": "gone"}]
    first = service.apply(document_id, "c", ops, "Ann")

    assert service.apply(document_id, "c", ops, "Ann") == first
    assert first.error is not None


@pytest.mark.parametrize(
    ("client", "ops", "message"),
    [
        ("", [], "a client needs an ASCII id"),
        (None, [], "a client needs an ASCII id"),
        ("x" * 65, [], "a client needs an ASCII id"),
        ("\ud83d", [], "a client needs an ASCII id"),
        ("c", None, "operations must be a list"),
        ("c", "ops", "operations must be a list"),
        ("c", [None], "needs a 'seq'"),
        ("c", [{"op": "accept_all"}], "needs a 'seq'"),
        ("c", [{"seq": 2**53, "op": "accept_all"}], "needs a 'seq'"),
        ("c", [{"seq": True, "op": "accept_all"}], "needs a 'seq'"),
        ("c", [{"seq": 1, "op": "\ud83d"}], "unknown operation"),
        ("c", [{"seq": 1, "op": "add", "id": "\ud83d", "x": {"deep": [0] * 999}}], "'id' must"),
    ],
)
def test_nonsense_from_a_client_is_answered_not_obeyed(
    sessions: sessionmaker[Session], document_id: int, client: object, ops: object, message: str
) -> None:
    service = AnnotationService(sessions, FakeModel())
    before = service.open(document_id, "Ann")
    applied = service.apply(document_id, client, ops, "Ann")

    assert applied.error is not None
    assert message in applied.error
    assert (applied.spans, applied.status) == (before.spans, "new")


def test_an_operation_without_a_number_does_not_hold_up_the_others(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    applied = AnnotationService(sessions).apply(
        document_id, "c", [{"op": "skip"}, {"seq": 1, "op": "accept_all"}], "Ann"
    )

    assert applied.ack == 1
    assert applied.error is not None


def test_an_operation_that_comes_too_late_is_refused(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    service = AnnotationService(sessions)
    service.apply(document_id, "c", [{"seq": 5, "op": "accept_all"}], "Ann")
    applied = service.apply(document_id, "c", [{"seq": 4, "op": "submit"}], "Ann")

    assert applied.ack == 5
    assert applied.error is not None
    assert "arrived after operation 5" in applied.error
    assert applied.status == "in_progress"


def test_two_pages_count_for_themselves(sessions: sessionmaker[Session], document_id: int) -> None:
    service = AnnotationService(sessions, FakeModel())
    service.open(document_id, "Ann")
    service.apply(document_id, "c", [{"seq": 1, "op": "accept", "id": "m1.1"}], "Ann")
    applied = service.apply(document_id, "d", [{"seq": 1, "op": "reject", "id": "m1.2"}], "Bob")

    assert shown(applied) == [("m1.1", "accepted"), ("m1.2", "rejected")]


def test_nobody_takes_up_the_numbers_of_somebody_elses_page(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    service = AnnotationService(sessions, FakeModel())
    other = document_id + 1
    service.open(document_id, "Ann")
    service.apply(document_id, "ann", [{"seq": 1, "op": "accept", "id": "m1.1"}], "Ann")
    later = [{"seq": seq, "op": "comment", "text": "mine"} for seq in range(2, 6)]
    taken = service.apply(other, "ann", later, "Bob")
    assert taken.ack is None
    assert taken.wrong_owner
    assert "under a new one" in (taken.error or "")

    applied = service.apply(
        document_id, "ann", [{"seq": 2, "op": "reject", "id": "m1.2"}], "Ann", ("bob", "ann")
    )
    assert (applied.ack, applied.error) == (2, None)
    assert shown(applied) == [("m1.1", "accepted"), ("m1.2", "rejected")]
    both = service.apply(other, "ann", [{"seq": 3, "op": "comment", "text": "also mine"}], "Ann")
    assert (both.ack, both.error) == (3, None), "one page goes from document to document"


def test_submitting_waits_for_every_suggestion_to_be_decided(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    service = AnnotationService(sessions, FakeModel())
    service.open(document_id, "Ann")
    with pytest.raises(EditError, match="2 suggestions are undecided"):
        service.submit(document_id, "Ann")

    applied = service.apply(
        document_id, "c", [{"seq": 1, "op": "accept_all"}, {"seq": 2, "op": "submit"}], "Bob"
    )
    assert applied.status == "submitted"
    with sessions() as session:
        submitted = annotation_sets.submitted_of(session, document_id)
    assert submitted is not None
    assert submitted.person == "Bob"


def test_a_submitted_document_takes_no_more_edits(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    service = AnnotationService(sessions)
    service.submit(document_id, "Ann")
    op = {"seq": 1, "op": "add", "id": "u1", "start": 0, "end": 4, "label": "PER"}
    applied = service.apply(document_id, "c", [op], "Ann")

    assert (applied.ack, applied.spans, applied.status) == (1, (), "submitted")
    assert applied.error == "this document is submitted; reopen it to change it"


def test_reopening_leaves_the_submitted_set_and_begins_a_child(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    service = AnnotationService(sessions, FakeModel())
    service.open(document_id, "Ann")
    ops = [{"seq": 1, "op": "reject", "id": "m1.2"}, {"seq": 2, "op": "accept_all"}]
    service.apply(document_id, "c", ops, "Ann")
    submitted = service.submit(document_id, "Ann")
    reopened = service.reopen(document_id, "Bob")
    assert reopened.spans == submitted.spans
    assert (reopened.status, reopened.read_only) == ("in_progress", False)

    service.apply(document_id, "d", [{"seq": 1, "op": "reject", "id": "m1.1"}], "Bob")
    with sessions() as session:
        stored = annotation_sets.submitted_of(session, document_id)
        draft = annotation_sets.draft_of(session, document_id)
        assert stored is not None
        assert draft is not None
        assert draft.parent_id == stored.id
        assert [row.status for row in stored.entities] == ["accepted", "rejected"]
        assert [row.status for row in draft.entities] == ["rejected", "rejected"]
        history = [op.payload["op"] for op in log_of(session, document_id)]
    assert history == ["reject", "accept_all", "submit", "reopen", "reject"]


def test_a_skipped_document_comes_back_by_an_edit_or_by_reopening(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    service = AnnotationService(sessions, FakeModel())
    service.open(document_id, "Ann")
    assert service.skip(document_id, "Ann", "not English").status == "skipped"
    assert service.reopen(document_id, "Ann").status == "in_progress"
    service.skip(document_id, "Ann")
    applied = service.apply(document_id, "c", [{"seq": 1, "op": "accept_all"}], "Ann")
    assert applied.status == "in_progress"


def test_neighbours_are_the_documents_around(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    result = AnnotationService(sessions).glance(document_id, "Anna").heading.surroundings

    assert (result.previous, result.next) == (None, document_id + 1)


def test_a_document_that_is_not_there_is_said_so(sessions: sessionmaker[Session]) -> None:
    service = AnnotationService(sessions)
    with pytest.raises(LookupError, match="there is no document 404"):
        service.open(404, "Ann")
    with pytest.raises(LookupError, match="there is no document 404"):
        service.apply(404, "c", [], "Ann")
