"""How two stretches lie to each other, in words or in code points, ends exclusive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Interval(Protocol):
    """Anything from `start` to `end`."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


def overlap(first: Interval, second: Interval) -> bool:
    """Whether both hold some word."""
    return first.start < second.end and second.start < first.end


def cross(first: Interval, second: Interval) -> bool:
    """Whether each holds words that the other does not, beside common ones."""
    return first.start < second.start < first.end < second.end or (
        second.start < first.start < second.end < first.end
    )


def conflict_rule(flat: bool) -> Callable[[Interval, Interval], bool]:
    """What no two entities of a sentence may do. Nested entities lie within one another but
    never cross: not one of the 39,000 of the nested corpora in docs/RESULTS.md does."""
    return overlap if flat else cross
