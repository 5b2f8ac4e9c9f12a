"""How two intervals relate to each other, in words or in code points, ends exclusive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Interval(Protocol):
    """Anything with a `start` and an `end`."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


def overlap(first: Interval, second: Interval) -> bool:
    """Whether the two intervals share a position."""
    return first.start < second.end and second.start < first.end


def cross(first: Interval, second: Interval) -> bool:
    """Whether the intervals overlap and neither contains the other."""
    return first.start < second.start < first.end < second.end or (
        second.start < first.start < second.end < first.end
    )


def conflict_rule(flat: bool) -> Callable[[Interval, Interval], bool]:
    """Return the relation that no two entities of a sentence may have: overlapping in flat
    decoding, crossing in nested decoding. Nested entities may contain one another but never cross:
    none of the 39,000 in the nested corpora of docs/results/training.md does."""
    return overlap if flat else cross
