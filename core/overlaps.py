"""How two stretches lie to each other, in words or in code points, ends exclusive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Stretch(Protocol):
    """Anything from `start` to `end`."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


def overlap(one: Stretch, other: Stretch) -> bool:
    """Whether both hold some word."""
    return one.start < other.end and other.start < one.end


def cross(one: Stretch, other: Stretch) -> bool:
    """Whether each holds words that the other does not, beside common ones."""
    return one.start < other.start < one.end < other.end or (
        other.start < one.start < other.end < one.end
    )


def clash(flat: bool) -> Callable[[Stretch, Stretch], bool]:
    """What no two entities of a sentence may do. Nested entities lie within one another but
    never cross: not one of the 39,000 of the nested corpora in docs/results/training.md does."""
    return overlap if flat else cross
