"""Edits as a pure reducer: `Draft × EditOperation → Draft`.

Operations come from a browser and are not trusted: `app.edit_operations` checks their shape,
`reduce` what they mean. Offsets are code points of the document, end exclusive.

Two live spans (suggested or accepted) never share start, end and label. Drawing a span that
is there already adds nothing: a suggestion is accepted by it, an accepted span stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from app.edit_operations import (
    Accept,
    AcceptAll,
    Add,
    Comment,
    Delete,
    EditError,
    EditOperation,
    Found,
    Move,
    Reject,
    RejectAll,
    Relabel,
    Restore,
    Settle,
    Skip,
    Submit,
    Suggest,
    parse_operation,
    short,
)
from core.overlaps import conflict_rule
from core.types import key_of
from storage.enums import Source, SpanStatus

__all__ = [
    "Draft",
    "DraftSpan",
    "EditError",
    "EditOperation",
    "parse_operation",
    "reduce",
    "rewind",
]

DraftState = Literal["open", "skipped", "submitted"]


@dataclass(frozen=True, slots=True)
class DraftSpan:
    id: str
    start: int
    end: int
    label: str
    status: SpanStatus = "accepted"
    score: float | None = None
    """Between 0 and 1; None where a person drew the span."""
    source: Source = "person"
    confidence: Mapping[str, Any] | None = None
    """The three parts of the score, see `core.types.Confidence`; None where a person drew it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A document's annotations while a person works on them."""

    text_length: int
    labels: frozenset[str]
    spans: tuple[DraftSpan, ...] = ()
    state: DraftState = "open"
    comment: str = ""
    skip_reason: str = ""

    def find(self, span_id: str) -> DraftSpan | None:
        return next((span for span in self.spans if span.id == span_id), None)


def reduce(draft: Draft, operation: EditOperation | Suggest) -> Draft:
    """The draft after the operation. Raises `EditError`, and then nothing has changed."""
    if isinstance(operation, Settle):
        return draft
    _require_open(draft)
    match operation:
        case Submit():
            return _submit(draft)
        case Skip():
            return replace(draft, state="skipped", skip_reason=operation.reason)
        case Comment():
            return replace(draft, comment=operation.text)
        case Suggest():
            return _suggest(draft, operation)
    return _edit(replace(draft, state="open", skip_reason=""), operation)


def rewind(draft: Draft, then: Draft) -> Draft:
    """The draft with the spans and the comment that it had then. Raises `EditError` where it is
    frozen, or where a label of then is no longer there."""
    _require_open(draft)
    gone = sorted({span.label for span in then.spans} - draft.labels)
    if gone:
        raise EditError(
            f"the project no longer has the label {', '.join(map(short, gone))}; add it again and "
            "restore this version then"
        )
    return replace(draft, spans=then.spans, comment=then.comment, state="open", skip_reason="")


def _require_open(draft: Draft) -> None:
    if draft.state == "submitted":
        raise EditError("this document is submitted; reopen it to change it")


def _edit(draft: Draft, operation: EditOperation) -> Draft:
    match operation:
        case Add():
            return _add(
                draft, DraftSpan(operation.id, operation.start, operation.end, operation.label)
            )
        case Accept():
            return _change(draft, replace(_known(draft, operation.id), status="accepted"))
        case Reject():
            return _put(draft, replace(_known(draft, operation.id), status="rejected"))
        case Relabel():
            span = replace(_known(draft, operation.id), label=operation.label, status="accepted")
            return _change(draft, span)
        case Move():
            span = replace(_known(draft, operation.id), start=operation.start, end=operation.end)
            return _change(draft, replace(span, status="accepted"))
        case Delete():
            return _delete(draft, _known(draft, operation.id))
        case Restore():
            return _change(draft, _restored(draft, operation))
        case AcceptAll():
            return replace(draft, spans=tuple(_among(draft, operation, "accepted")))
        case RejectAll():
            return replace(draft, spans=tuple(_among(draft, operation, "rejected")))
    raise TypeError(f"not an operation: {operation!r}")


def _add(draft: Draft, span: DraftSpan) -> Draft:
    if draft.find(span.id) is not None:
        raise EditError(f"the id {short(span.id)} is taken; a new span needs a new id")
    _check(draft, span)
    twin = _live_twin(draft, span)
    return _put(draft, span if twin is None else _accepted(twin))


def _delete(draft: Draft, span: DraftSpan) -> Draft:
    if span.source != "person":
        return _put(draft, replace(span, status="rejected"))
    return replace(draft, spans=tuple(other for other in draft.spans if other.id != span.id))


def _restored(draft: Draft, operation: Restore) -> DraftSpan:
    """The span as it was. What is known of a present span's origin outranks the client's word."""
    present = draft.find(operation.id)
    source = present.source if present else operation.source
    if (source, operation.status) == ("person", "suggested"):
        raise EditError("a person's span is accepted or rejected, never suggested")
    return DraftSpan(
        id=operation.id,
        start=operation.start,
        end=operation.end,
        label=operation.label,
        status=operation.status,
        score=present.score if present else operation.score,
        source=source,
        confidence=present.confidence if present else None,
    )


def _accepted(span: DraftSpan) -> DraftSpan:
    return replace(span, status="accepted") if span.status == "suggested" else span


def _among(
    draft: Draft, operation: AcceptAll | RejectAll, status: SpanStatus
) -> Iterator[DraftSpan]:
    """The spans, with this status for the suggestions that the operation is about."""
    shown_ids = None if operation.ids is None else set(operation.ids)
    least = operation.above if isinstance(operation, AcceptAll) else 0.0
    for span in draft.spans:
        meant = shown_ids is None or span.id in shown_ids
        if span.status == "suggested" and meant and (span.score or 0.0) >= least:
            yield replace(span, status=status)
        else:
            yield span


def _suggest(draft: Draft, operation: Suggest) -> Draft:
    """What a person decided stays, also that they skip the document. So do undecided suggestions,
    unless they contradict it; new ones come beside them, if nothing live has their place or
    conflicts with them."""
    conflicting = conflict_rule(operation.flat)

    def contradict(a: DraftSpan, b: DraftSpan) -> bool:
        return _same_place(a, b) or conflicting(a, b)

    decided = [span for span in draft.spans if span.status == "accepted"]
    remaining = [
        span
        for span in draft.spans
        if span.status != "suggested"
        or not operation.covers(span.start, span.end)
        or not any(contradict(span, other) for other in decided)
    ]
    for found in operation.spans:
        span = _suggestion(found)
        _check(draft, span)
        refused = any(_same_place(span, other) for other in remaining if other.label == span.label)
        live = (other for other in remaining if other.status != "rejected")
        if not refused and not any(contradict(span, other) for other in live):
            remaining.append(span)
    return replace(draft, spans=tuple(remaining))


def _suggestion(found: Found) -> DraftSpan:
    return DraftSpan(
        id=found.id,
        start=found.start,
        end=found.end,
        label=found.label,
        status="suggested",
        score=found.score,
        source=found.source,
        confidence=found.confidence,
    )


def _same_place(a: DraftSpan, b: DraftSpan) -> bool:
    return (a.start, a.end) == (b.start, b.end)


def _submit(draft: Draft) -> Draft:
    undecided = sum(span.status == "suggested" for span in draft.spans)
    if undecided:
        raise EditError(
            f"{undecided} {'suggestion is' if undecided == 1 else 'suggestions are'} undecided; "
            "decide on each or accept all, and submit again"
        )
    return replace(draft, state="submitted", skip_reason="")


def _known(draft: Draft, span_id: str) -> DraftSpan:
    span = draft.find(span_id)
    if span is None:
        raise EditError(
            f"there is no span {short(span_id)} in this draft; reload the page to see its spans"
        )
    return span


def _check(draft: Draft, span: DraftSpan) -> None:
    if not 0 <= span.start < span.end <= draft.text_length:
        raise EditError(
            f"a span needs 0 <= start < end <= {draft.text_length}, got [{span.start}, "
            f"{span.end}); offsets are code points, end exclusive"
        )
    if span.label not in draft.labels:
        raise EditError(
            f"unknown label {short(span.label)}; this project has "
            f"{', '.join(sorted(draft.labels)) or 'none yet'}"
        )


def _live_twin(draft: Draft, span: DraftSpan) -> DraftSpan | None:
    for other in draft.spans:
        same = key_of(other) == key_of(span)
        if same and other.id != span.id and other.status != "rejected":
            return other
    return None


def _change(draft: Draft, span: DraftSpan) -> Draft:
    """Puts a changed span in place, once it is known to be valid and no twin of a live one."""
    _check(draft, span)
    if span.status != "rejected" and _live_twin(draft, span) is not None:
        raise EditError(
            f"[{span.start}, {span.end}) is already marked as {short(span.label)}; reject or "
            "delete one of the two instead"
        )
    return _put(draft, span)


def _put(draft: Draft, span: DraftSpan) -> Draft:
    if draft.find(span.id) is None:
        return replace(draft, spans=(*draft.spans, span))
    spans = tuple(span if other.id == span.id else other for other in draft.spans)
    return replace(draft, spans=spans)
