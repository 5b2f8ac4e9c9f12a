"""The score of an entity: one number from three probabilities. Nothing here imports torch."""

from __future__ import annotations

from math import exp, log
from typing import Any, TypeVar

from ..config import OURS, UNCALIBRATED, Calibration, Weights

WEIGHTS = 3.0
"""What the weights sum to: ½ + ½ + 2, or the paper's 1 + 1 + 1."""
Number = TypeVar("Number")


def entity_score(
    left: float,
    right: float,
    kind: float,
    weights: Weights = OURS.weights,
    calibration: Calibration = UNCALIBRATED,
) -> float:
    """The score of an entity: (½ P^l + ½ P^r + 2 P^c) / 3, from 0 to 1, then calibrated.

    The paper weighs all three alike (section 4.3), and so does its own architecture. Here P^c is
    computed for the proposed boundaries themselves and tells best whether they are correct.
    """
    return public_score(weighted_sum(left, right, kind, weights), calibration)


def public_score(total: float, calibration: Calibration = UNCALIBRATED) -> float:
    """A weighted sum, 0 to 3, as the score of the public interface, 0 to 1. Only Python floats are
    divided: in single precision, a third of two different sums may be the same."""
    return calibrated(total / WEIGHTS, calibration)


def calibrated(score: float, calibration: Calibration) -> float:
    """σ(slope · logit(score) + shift), 0 to 1: the same order, with 0 and 1 where they are (Platt
    1999; a shift of 0 is the temperature scaling of Guo et al. 2017)."""
    slope, shift = calibration
    if calibration == UNCALIBRATED or not 0.0 < score < 1.0:
        return score
    return _logistic(slope * _logit(score) + shift)


def uncalibrated(score: float, calibration: Calibration) -> float:
    """The inverse of `calibrated`, up to rounding."""
    slope, shift = calibration
    if calibration == UNCALIBRATED or not 0.0 < score < 1.0:
        return score
    return _logistic((_logit(score) - shift) / slope)


def _logit(score: float) -> float:
    return log(score) - log(1.0 - score)


def _logistic(value: float) -> float:
    if value >= 0.0:
        return 1.0 / (1.0 + exp(-value))
    odds = exp(value)
    return odds / (1.0 + odds)


def weighted_sum(
    left: Number, right: Number, kind: Number, weights: Weights = OURS.weights
) -> Number:
    """½ P^l + ½ P^r + 2 P^c, or with other weights, for numbers as for tensors."""
    parts: tuple[Any, ...] = (left, right, kind)
    return weights[0] * parts[0] + weights[1] * parts[1] + weights[2] * parts[2]
