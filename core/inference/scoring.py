"""The score of an entity: one number from three probabilities. Nothing here imports torch."""

from __future__ import annotations

from typing import Any, TypeVar

from ..config import OURS, Weights

WEIGHTS = 3.0
"""What the weights sum to: ½ + ½ + 2, or the paper's 1 + 1 + 1."""
Number = TypeVar("Number")


def entity_score(left: float, right: float, kind: float, weights: Weights = OURS.weights) -> float:
    """The score of an entity, (½ P^l + ½ P^r + 2 P^c) / 3, from 0 to 1.

    The paper weighs all three alike (section 4.3), and so does its own architecture. Here P^c is
    computed for the proposed boundaries themselves and tells best whether they are correct.
    """
    return public_score(weighted_sum(left, right, kind, weights))


def public_score(total: float) -> float:
    """A weighted sum, 0 to 3, as the score of the public interface, 0 to 1. Only Python floats are
    divided: in single precision, a third of two different sums may be the same."""
    return total / WEIGHTS


def weighted_sum(
    left: Number, right: Number, kind: Number, weights: Weights = OURS.weights
) -> Number:
    """½ P^l + ½ P^r + 2 P^c, or with other weights, for numbers as for tensors."""
    parts: tuple[Any, ...] = (left, right, kind)
    return weights[0] * parts[0] + weights[1] * parts[1] + weights[2] * parts[2]
