"""The reducer, by tables and by properties."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.editing import Draft, DraftSpan, EditError, parse_operation, reduce, rewind

MODEL = DraftSpan("m1", 0, 4, "PER", "suggested", 0.9, "model")
OTHER = DraftSpan("m2", 9, 12, "ORG", "suggested", 0.5, "model")
MINE = DraftSpan("u1", 5, 8, "LOC")
DRAFT = Draft(13, frozenset({"PER", "ORG", "LOC"}), (MODEL, OTHER, MINE))


def after(draft: Draft, *ops: dict[str, Any]) -> Draft:
    for op in ops:
        draft = reduce(draft, parse_operation(op))
    return draft


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        ({"op": "accept", "id": "m1"}, replace(MODEL, status="accepted")),
        ({"op": "reject", "id": "m1"}, replace(MODEL, status="rejected")),
        (
            {"op": "relabel", "id": "m1", "label": "ORG"},
            replace(MODEL, label="ORG", status="accepted"),
        ),
        (
            {"op": "move", "id": "m1", "start": 1, "end": 3},
            replace(MODEL, start=1, end=3, status="accepted"),
        ),
        ({"op": "delete", "id": "m1"}, replace(MODEL, status="rejected")),
        ({"op": "add", "id": "u2", "start": 0, "end": 13, "label": "ORG"}, None),
    ],
)
def test_an_operation_changes_its_span_alone(
    op: dict[str, Any], expected: DraftSpan | None
) -> None:
    changed = expected or DraftSpan("u2", 0, 13, "ORG")
    draft = after(DRAFT, op)

    assert draft.find(changed.id) == changed
    others = [span for span in DRAFT.spans if span.id != changed.id]
    assert [span for span in draft.spans if span.id != changed.id] == others


def test_going_back_takes_the_spans_and_the_comment_and_opens_the_draft() -> None:
    now = replace(DRAFT, spans=(MINE,), comment="new", state="skipped", skip_reason="hard")
    then = replace(DRAFT, comment="old")

    assert rewind(now, then) == replace(then, comment="old")


def test_going_back_to_a_label_that_is_gone_names_it() -> None:
    with pytest.raises(EditError, match="no longer has the label 'LOC', 'ORG'"):
        rewind(replace(DRAFT, labels=frozenset({"PER"})), DRAFT)


def test_settling_changes_nothing_even_where_the_draft_is_frozen() -> None:
    settle = {"op": "settle", "client": "c", "of": 1, "target": "m1"}
    frozen = replace(DRAFT, state="submitted")

    assert after(frozen, settle) is frozen


def test_deleting_removes_a_persons_span() -> None:
    assert after(DRAFT, {"op": "delete", "id": "u1"}).spans == (MODEL, OTHER)


def test_a_rejected_span_stays_so_that_it_does_not_come_back() -> None:
    draft = after(DRAFT, {"op": "reject", "id": "m1"}, {"op": "accept_all"})

    assert [span.status for span in draft.spans] == ["rejected", "accepted", "accepted"]


def test_nested_spans_live_side_by_side() -> None:
    inner = {"op": "add", "id": "u2", "start": 1, "end": 3, "label": "PER"}
    crossing = {"op": "add", "id": "u3", "start": 2, "end": 6, "label": "PER"}

    assert len(after(DRAFT, inner, crossing).spans) == 5


def test_drawing_a_suggestion_again_accepts_it_and_adds_nothing() -> None:
    draft = after(DRAFT, {"op": "add", "id": "u2", "start": 0, "end": 4, "label": "PER"})

    assert draft.spans == (replace(MODEL, status="accepted"), OTHER, MINE)


def test_drawing_an_accepted_span_again_changes_nothing() -> None:
    assert after(DRAFT, {"op": "add", "id": "u2", "start": 5, "end": 8, "label": "LOC"}) == DRAFT


def test_drawing_a_rejected_span_is_a_new_span_of_the_persons() -> None:
    draft = after(
        DRAFT,
        {"op": "reject", "id": "m1"},
        {"op": "add", "id": "u2", "start": 0, "end": 4, "label": "PER"},
    )

    assert draft.find("m1") == replace(MODEL, status="rejected")
    assert draft.find("u2") == DraftSpan("u2", 0, 4, "PER")


@pytest.mark.parametrize(
    ("op", "message"),
    [
        ({"op": "accept", "id": "gone"}, "there is no span 'gone'"),
        ({"op": "delete", "id": "gone"}, "there is no span 'gone'"),
        ({"op": "relabel", "id": "m1", "label": "BAND"}, "unknown label 'BAND'; .* LOC, ORG, PER"),
        ({"op": "move", "id": "m1", "start": 3, "end": 3}, r"got \[3, 3\)"),
        ({"op": "move", "id": "m1", "start": -1, "end": 3}, r"got \[-1, 3\)"),
        ({"op": "move", "id": "m1", "start": 3, "end": 14}, r"end <= 13"),
        ({"op": "add", "id": "m1", "start": 0, "end": 1, "label": "PER"}, "the id 'm1' is taken"),
        ({"op": "move", "id": "m1", "start": 9, "end": 12, "label": "x"}, None),
        ({"op": "submit"}, "2 suggestions are undecided"),
        (
            {"op": "restore", "id": "n", "start": 5, "end": 8, "label": "LOC", "status": "accepted",
             "source": "person", "score": None},
            "already marked as 'LOC'",
        ),
        (
            {"op": "restore", "id": "n", "start": 0, "end": 1, "label": "LOC",
             "status": "suggested", "source": "person", "score": None},
            "never suggested",
        ),
        ({"op": "add", "id": "u2", "start": 0, "end": 10**30, "label": "PER"}, "end <= 13"),
        ({"op": "add", "id": "u2", "start": True, "end": 3, "label": "PER"}, "whole number"),
        ({"op": "add", "id": "u2", "start": 0.0, "end": 3, "label": "PER"}, "whole number"),
        ({"op": "add", "id": "", "start": 0, "end": 3, "label": "PER"}, "'id' must be a string"),
        ({"op": "add", "id": "\ud83d", "start": 0, "end": 3, "label": "PER"}, "'id' must be"),
        ({"op": "add", "id": "x" * 65, "start": 0, "end": 3, "label": "PER"}, "1 to 64"),
        ({"op": "add", "id": ["x"], "start": 0, "end": 3, "label": "PER"}, "'id' must be a string"),
        ({"op": "accept"}, "'id' must be a string"),
        ({"op": "drop table"}, "unknown operation 'drop table'; expected add, accept"),
        ({"op": ["add"]}, "unknown operation"),
        ({"op": "settle", "client": "c", "of": -1, "target": "x"}, "'of' must be the number"),
        ({"op": "settle", "client": "", "of": 1, "target": "x"}, "'client' must be a string"),
        ({"op": "comment", "text": "a\0b"}, "'text' must be a string of 1 to 5000 characters"),
        ({}, "unknown operation None"),
        ([], "must be an object"),
        (None, "must be an object"),
        ({"op": "skip", "reason": "x" * 501}, "'reason' must be a string of 1 to 500"),
    ],
)  # fmt: skip
def test_an_operation_that_cannot_be_is_refused_with_the_reason(
    op: Any, message: str | None
) -> None:
    if message is None:
        assert after(DRAFT, op).find("m1") is not None
        return
    with pytest.raises(EditError, match=message):
        after(DRAFT, op)


@pytest.mark.parametrize("score", [float("nan"), float("inf"), -0.1, 1.1, "1", True, 2.7])
def test_a_score_that_is_no_share_is_refused(score: object) -> None:
    with pytest.raises(EditError, match="'score' must lie between 0 and 1"):
        after(DRAFT, {"op": "restore", **asdict(MODEL), "score": score})


def test_submitting_freezes_the_draft() -> None:
    draft = after(DRAFT, {"op": "accept_all"}, {"op": "submit"})

    assert draft.state == "submitted"
    for op in ({"op": "accept", "id": "m1"}, {"op": "submit"}, {"op": "skip"}):
        with pytest.raises(EditError, match="submitted; reopen"):
            after(draft, op)


def test_an_edit_takes_a_skipped_document_up_again() -> None:
    skipped = after(DRAFT, {"op": "skip", "reason": "not English"})

    assert skipped.state == "skipped"
    assert after(skipped, {"op": "accept", "id": "m1"}).state == "open"


def test_a_restored_span_keeps_the_origin_that_the_server_knows() -> None:
    forged = {"op": "restore", **asdict(MODEL), "source": "person", "status": "accepted",
              "score": 0.1}  # fmt: skip

    assert after(DRAFT, forged).find("m1") == replace(MODEL, status="accepted")


offsets = st.integers(-1, 14)
ids = st.sampled_from(["m1", "m2", "u1", "u2", "u3", "gone"])
labels = st.sampled_from(["PER", "ORG", "LOC", "BAND"])
locations: dict[str, Any] = {"start": offsets, "end": offsets}
edits = st.one_of(
    st.fixed_dictionaries({"op": st.just("add"), "id": ids, "label": labels, **locations}),
    st.fixed_dictionaries({"op": st.sampled_from(["accept", "reject", "delete"]), "id": ids}),
    st.fixed_dictionaries({"op": st.just("relabel"), "id": ids, "label": labels}),
    st.fixed_dictionaries({"op": st.just("move"), "id": ids, **locations}),
    st.just({"op": "accept_all"}),
)
restores = st.fixed_dictionaries(
    {
        "op": st.just("restore"),
        "id": ids,
        "label": labels,
        "status": st.sampled_from(["suggested", "accepted", "rejected"]),
        "source": st.sampled_from(["model", "person"]),
        "score": st.none() | st.floats(0, 1),
        **locations,
    }
)
ends = st.sampled_from([{"op": "submit"}, {"op": "skip"}])


def test_what_a_person_drew_cannot_be_restored_as_a_models_suggestion() -> None:
    drawn = after(DRAFT, {"op": "add", "id": "u9", "start": 0, "end": 3, "label": "PER"})
    location = {"start": 0, "end": 3, "label": "PER", "score": None}
    with pytest.raises(EditError, match="never suggested"):
        after(
            drawn,
            {"op": "restore", "id": "u9", "status": "suggested", "source": "model", **location},
        )


@given(ops=st.lists(edits | restores | ends, max_size=30))
def test_no_sequence_of_operations_breaks_a_draft(ops: list[dict[str, Any]]) -> None:
    draft = DRAFT
    for op in ops:
        frozen = draft
        try:
            draft = after(draft, op)
        except EditError:
            assert draft is frozen
        else:
            assert frozen.state != "submitted"
        live = [(s.start, s.end, s.label) for s in draft.spans if s.status != "rejected"]
        assert len(live) == len(set(live))
        assert len({span.id for span in draft.spans}) == len(draft.spans)
        assert {"m1", "m2"} <= {span.id for span in draft.spans}
        for span in draft.spans:
            assert 0 <= span.start < span.end <= draft.text_length
            assert span.label in draft.labels
            assert (span.source, span.status) != ("person", "suggested")
        if draft.state == "submitted":
            assert all(span.status != "suggested" for span in draft.spans)


@given(ops=st.lists(edits, max_size=30))
def test_undoing_every_operation_restores_the_draft(ops: list[dict[str, Any]]) -> None:
    draft = DRAFT
    undo: list[dict[str, Any]] = []
    for op in ops:
        try:
            changed = after(draft, op)
        except EditError:
            continue
        undo = [*_undo(draft, changed), *undo]
        draft = changed
    restored = after(draft, *undo)

    assert {span.id: span for span in restored.spans} == {span.id: span for span in DRAFT.spans}


def _undo(before: Draft, now: Draft) -> list[dict[str, Any]]:
    """What the page sends on Ctrl+Z: what was added is deleted, what was changed is restored."""
    added = [{"op": "delete", "id": s.id} for s in now.spans if before.find(s.id) is None]
    changed = [
        {"op": "restore", **asdict(span)} for span in before.spans if now.find(span.id) != span
    ]
    return added + changed


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
hostile = st.dictionaries(
    st.sampled_from(["op", "id", "start", "end", "label", "status", "source", "score", "reason"]),
    json_values | st.sampled_from(["add", "restore", "skip", "m1", "PER", "accepted", "model"]),
)


@given(raw=json_values | hostile)
def test_whatever_the_client_sends_is_an_operation_or_an_edit_error(raw: object) -> None:
    with suppress(EditError):
        assert reduce(DRAFT, parse_operation(raw)).labels == DRAFT.labels
