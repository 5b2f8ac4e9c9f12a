"""What an action did to a draft, as the log keeps it, and back again.

A change is `{"before": span | None, "after": span | None}`, or, where it is about the document,
`{"field": "comment" | "skip_reason" | "state", "before": text, "after": text}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from app.editing import Draft, DraftSpan

Change = dict[str, Any]
FIELDS = ("comment", "skip_reason", "state")


def difference(before: Draft, after: Draft) -> list[Change]:
    """What has to be done to `before` to make `after` of it, in no order that matters."""
    changes: list[Change] = []
    if before.spans is not after.spans:
        old = {span.id: span for span in before.spans}
        new = {span.id: span for span in after.spans}
        for key in [*old, *(key for key in new if key not in old)]:
            was, now = old.get(key), new.get(key)
            if was is not now and was != now:
                changes.append(span_change(was, now))
    for field in FIELDS:
        was, now = getattr(before, field), getattr(after, field)
        if was != now:
            changes.append({"field": field, "before": was, "after": now})
    return changes


def reverse(draft: Draft, changes: Iterable[Mapping[str, Any]]) -> Draft:
    """The draft as it was before these changes, which were made in one step."""
    spans = {span.id: span for span in draft.spans}
    fields: dict[str, Any] = {}
    for change in changes:
        was = change["before"]
        if "field" in change:
            fields[change["field"]] = was
        elif was is None:
            spans.pop(change["after"]["id"], None)
        else:
            spans[was["id"]] = from_plain(was)
    return replace(draft, spans=tuple(spans.values()), **fields)


def span_change(before: DraftSpan | None, after: DraftSpan | None) -> Change:
    return {"before": plain(before), "after": plain(after)}


def plain(span: DraftSpan | None) -> dict[str, Any] | None:
    """The span for JSON, without what is not known of it."""
    if span is None:
        return None
    found: dict[str, Any] = {
        "id": span.id,
        "start": span.start,
        "end": span.end,
        "label": span.label,
        "status": span.status,
        "source": span.source,
    }
    if span.score is not None:
        found["score"] = span.score
    if span.confidence is not None:
        found["confidence"] = dict(span.confidence)
    return found


def from_plain(span: Mapping[str, Any]) -> DraftSpan:
    return DraftSpan(**span)
