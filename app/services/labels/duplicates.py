"""Change spans' labels, and keep one of the spans that become equal by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from core.types import Key, key_of
from storage.enums import SpanStatus
from storage.records import SpanRecord

Pick = Callable[[SpanRecord], str]
"""The label that a span is to have."""
_FIRST: Mapping[SpanStatus, int] = {"accepted": 0, "suggested": 1, "rejected": 2}


def relabelled(spans: Iterable[SpanRecord], pick: Pick) -> tuple[SpanRecord, ...]:
    """The spans with the labels that they are to have. Where one comes to lie on its like, one of
    the two is left: what was accepted before what was suggested, before what was rejected; of
    equals the one that had the label already."""
    moved = [(span, replace(span, label=pick(span))) for span in spans]
    touched = {key_of(now) for was, now in moved if was.label != now.label}
    best: dict[Key, tuple[int, bool]] = {}
    for was, now in moved:
        rank = (_FIRST[now.status], was.label != now.label)
        best[key_of(now)] = min(rank, best.get(key_of(now), rank))
    unique: list[SpanRecord] = []
    for was, now in moved:
        rank = (_FIRST[now.status], was.label != now.label)
        if key_of(now) not in touched:
            unique.append(now)
        elif best[key_of(now)] == rank:
            unique.append(now)
            best[key_of(now)] = (-1, False)
    return tuple(unique)
