"""The score of an entity: one number from three probabilities. Nothing here imports torch."""

from __future__ import annotations

from typing import TypeVar

WEIGHTS = 3.0
"""½ + ½ + 2."""
Number = TypeVar("Number")


def entity_score(left: float, right: float, kind: float) -> float:
    """The score of an entity, (½ P^l + ½ P^r + 2 P^c) / 3, from 0 to 1.

    The paper weighs all three alike (section 4.3). Here P^c is computed for the proposed boundaries
    themselves and tells best whether they are correct.
    """
    return weighted_sum(left, right, kind) / WEIGHTS


def weighted_sum(left: Number, right: Number, kind: Number) -> Number:
    """½ P^l + ½ P^r + 2 P^c, for numbers as for tensors. Divide it as a Python float: in single
    precision, a third of two different sums may be the same."""
    return 0.5 * left + 0.5 * right + 2.0 * kind  # type: ignore[operator, return-value]
