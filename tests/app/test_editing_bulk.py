"""The reducer's operations about many spans, comments, and a model's second look."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.edit_operations import Found, Suggest
from app.editing import EditError, parse_operation, reduce
from tests.app.test_editing import DRAFT, MODEL, after


def test_accepting_above_a_score_leaves_the_less_sure_undecided() -> None:
    draft = after(DRAFT, {"op": "accept_all", "above": 0.6})

    assert [span.status for span in draft.spans] == ["accepted", "suggested", "accepted"]


def test_rejecting_the_rest_leaves_what_was_decided() -> None:
    draft = after(DRAFT, {"op": "accept", "id": "m1"}, {"op": "reject_all"})

    assert [span.status for span in draft.spans] == ["accepted", "rejected", "accepted"]


def test_a_comment_is_kept_whatever_state_the_draft_is_in_and_can_be_taken_back() -> None:
    skipped = after(DRAFT, {"op": "skip", "reason": "unsure"}, {"op": "comment", "text": "hm"})

    assert (skipped.state, skipped.skip_reason, skipped.comment) == ("skipped", "unsure", "hm")
    assert after(skipped, {"op": "comment", "text": ""}).comment == ""


def test_any_edit_takes_a_skipped_document_up_again_and_forgets_why() -> None:
    draft = after(DRAFT, {"op": "skip", "reason": "unsure"}, {"op": "accept", "id": "m1"})

    assert (draft.state, draft.skip_reason) == ("open", "")


def test_a_second_look_adds_to_what_is_there_and_brings_nothing_back() -> None:
    decided = after(DRAFT, {"op": "reject", "id": "m1"})
    view = Suggest((Found("n1", 0, 4, "PER", 0.9), Found("n2", 5, 9, "ORG", 0.7)), ((0, 13),))

    draft = reduce(decided, view)

    assert [(span.id, span.status) for span in draft.spans] == [
        ("m1", "rejected"),
        ("m2", "suggested"),
        ("u1", "accepted"),
        ("n2", "suggested"),
    ]


def test_a_document_stays_skipped_when_a_model_looks_again() -> None:
    skipped = after(DRAFT, {"op": "skip", "reason": "unsure"})

    draft = reduce(skipped, Suggest((Found("n1", 5, 9, "ORG", 0.9),), ((0, 13),)))

    assert (draft.state, draft.skip_reason) == ("skipped", "unsure")
    assert draft.find("n1") is not None


def test_another_label_may_be_suggested_where_one_was_refused() -> None:
    decided = after(DRAFT, {"op": "reject", "id": "m1"})

    draft = reduce(decided, Suggest((Found("n1", 0, 4, "ORG", 0.9),), ((0, 13),)))

    assert [span.id for span in draft.spans if span.status == "suggested"] == ["m2", "n1"]


@pytest.mark.parametrize(("start", "end"), [(0, 4), (2, 6)])
def test_suggestions_that_contradict_what_was_decided_go(start: int, end: int) -> None:
    """The same place, or one that crosses it."""
    draft = after(DRAFT, {"op": "add", "id": "u2", "start": start, "end": end, "label": "LOC"})

    assert reduce(draft, Suggest((), ((0, 13),))).find("m1") is None
    assert reduce(draft, Suggest((), ((7, 13),))).find("m1") == MODEL  # it was not looked at


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(1, 13)), max_size=8))
def test_a_second_look_never_changes_what_a_person_decided(
    locations: list[tuple[int, int]],
) -> None:
    decided = after(DRAFT, {"op": "accept", "id": "m1"}, {"op": "reject", "id": "m2"})
    result = [
        Found(f"n{number}", start, end, "ORG", 0.5)
        for number, (start, end) in enumerate(locations)
        if start < end
    ]

    draft = reduce(decided, Suggest(tuple(result), ((0, 13),)))

    assert draft.spans[:3] == decided.spans


@pytest.mark.parametrize(
    ("op", "message"),
    [
        ({"op": "accept_all", "above": 2}, "between 0 and 1"),
        ({"op": "comment", "text": "x" * 5001}, "1 to 5000"),
        ({"op": "suggest", "spans": []}, "unknown operation"),
    ],
)
def test_bulk_operations_are_checked_like_all_others(op: dict[str, Any], message: str) -> None:
    with pytest.raises(EditError, match=message):
        parse_operation(op)


def test_what_the_page_did_not_show_is_neither_accepted_nor_rejected_with_the_rest() -> None:
    accepted = after(DRAFT, {"op": "accept_all", "ids": ["m1", "gone"]})
    assert [span.status for span in accepted.spans] == ["accepted", "suggested", "accepted"]
    with pytest.raises(EditError, match="1 suggestion is undecided"):
        after(accepted, {"op": "submit"})

    rejected = after(DRAFT, {"op": "reject_all", "ids": ["m2"]})
    assert [span.status for span in rejected.spans] == ["suggested", "rejected", "accepted"]


@pytest.mark.parametrize("ids", ["m1", [1], {"m1": 1}])
def test_ids_that_are_no_list_of_texts_are_refused(ids: Any) -> None:
    with pytest.raises(EditError, match="list of strings"):
        parse_operation({"op": "accept_all", "ids": ids})
