"""How sure an entity is: one number of the three probabilities. Nothing here imports torch."""

from __future__ import annotations

from typing import TypeVar

WEIGHTS = 3.0
"""½ + ½ + 2."""
Number = TypeVar("Number")


def entity_score(left: float, right: float, kind: float) -> float:
    """(½ P^l + ½ P^r + 2 P^c) / 3, from 0 to 1: the score of an entity.

    The paper adds all three alike (section 4.3). Here the type is asked of the very boundaries
    that are proposed, and knows best whether they are right.
    """
    return weighted_sum(left, right, kind) / WEIGHTS


def weighted_sum(left: Number, right: Number, kind: Number) -> Number:
    """½ P^l + ½ P^r + 2 P^c, for numbers as for tensors. Divide it as a Python float: in single
    precision, a third of two different sums may be the same."""
    return 0.5 * left + 0.5 * right + 2.0 * kind  # type: ignore[operator, return-value]
