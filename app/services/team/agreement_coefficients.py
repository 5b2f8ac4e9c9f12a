"""Chance-corrected agreement, from what each document adds to it.

A unit is a word; its value is the set of labels whose entities cover it, so that nested entities
are one value more and "no label" is one too. Values are numbered; a document's ratings are a matrix
of how many people gave each unit which value.

Every coefficient is a function of sums over documents, so that a bootstrap draws documents again
and adds their sums, without looking at a unit twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Values = NDArray[np.int64]
"""The number of each unit's value."""
Sums = Floats
"""(…, numbers that a document adds)."""
Coefficient = Callable[[Sums], Floats]
RESAMPLES = 1000
MARGIN = 0.05
"""A coefficient counts as measured where its interval reaches at most so far to either side."""
INTERVAL = (2.5, 97.5)
"""Percentiles: 95 resamples of 100 lie between."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A coefficient and its 95 % bootstrap interval over documents; None where it is not defined:
    there is nothing to compare, or only one value occurs, which chance alone would explain."""

    value: float | None
    low: float | None = None
    high: float | None = None


def figure(sums: Sums, coefficient: Coefficient, draws: Floats) -> Figure:
    """The coefficient of the documents' `sums` (documents, numbers); `draws` (resamples, documents)
    say how often each is drawn. Of one document that adds anything there is no
    interval: it says nothing of others."""
    if not len(sums):
        return Figure(None)
    value = _defined(float(coefficient(sums.sum(0))))
    drawn = coefficient(draws @ sums)
    known = drawn[np.isfinite(drawn)]
    if value is None or sums.any(1).sum() < 2 or not len(known):
        return Figure(value)
    low, high = np.percentile(known, INTERVAL)
    return Figure(value, float(low), float(high))


def documents_needed(figure: Figure, documents: int, margin: float = MARGIN) -> int | None:
    """About how many documents it takes for an interval of at most `margin` to either side, as its
    width falls with the root of their number; None without an interval."""
    if figure.low is None or figure.high is None:
        return None
    half = (figure.high - figure.low) / 2
    return max(2, math.ceil(documents * (half / margin) ** 2))


def resamples(documents: int, seed: int) -> Floats:
    """How often each document is drawn in each resample, (resamples, documents)."""
    if not documents:
        return np.zeros((RESAMPLES, 0))
    generator = np.random.default_rng(seed)
    share = np.full(documents, 1 / documents)
    return generator.multinomial(documents, share, RESAMPLES).astype(np.float64)


def f1(sums: Sums) -> Floats:
    """Of (found by both, found by the first, found by the second)."""
    return over(2 * sums[..., 0], sums[..., 1] + sums[..., 2])


def cohen_sums(first: Values, second: Values, values: int) -> Floats:
    """What two people's values of a document's units add: units, equal ones, and both margins."""
    margins = [np.bincount(value, minlength=values) for value in (first, second)]
    return np.concatenate([[len(first), (first == second).sum()], *margins]).astype(np.float64)


def cohen(sums: Sums) -> Floats:
    """Cohen's kappa (1960)."""
    units, equal = sums[..., 0], sums[..., 1]
    first, second = np.split(sums[..., 2:], 2, axis=-1)
    expected = over((first * second).sum(-1), units**2)
    return _corrected(over(equal, units), expected)


def ratings_sums(ratings: NDArray[np.int64]) -> Floats:
    """What a document's ratings (units, values) add, of units that two people or more rated."""
    rated = ratings[ratings.sum(1) >= 2].astype(np.float64)
    people = rated.sum(1)
    pairs = (rated * (rated - 1)).sum(1)
    return np.concatenate(
        [
            [len(rated), (pairs / (people * (people - 1))).sum(), (pairs / (people - 1)).sum()],
            rated.sum(0),
        ]
    )


def fleiss(sums: Sums) -> Floats:
    """Fleiss' kappa (1971), each unit with as many raters as it has."""
    margins = sums[..., 3:]
    expected = (over(margins, margins.sum(-1, keepdims=True)) ** 2).sum(-1)
    return _corrected(over(sums[..., 1], sums[..., 0]), expected)


def alpha(sums: Sums) -> Floats:
    """Krippendorff's alpha for nominal values (2011)."""
    margins = sums[..., 3:]
    total = margins.sum(-1)
    expected = over((margins * (margins - 1)).sum(-1), total * (total - 1))
    return _corrected(over(sums[..., 2], total), expected)


def _corrected(observed: Floats, expected: Floats) -> Floats:
    return over(observed - expected, 1 - expected)


def over(above: Any, below: Any) -> Floats:
    """NaN where nothing can be divided by."""
    below = np.asarray(below, np.float64)
    safe = np.where(np.abs(below) > 1e-12, below, 1.0)
    return np.where(np.abs(below) > 1e-12, np.asarray(above) / safe, np.nan)


def _defined(value: float) -> float | None:
    return value if np.isfinite(value) else None
