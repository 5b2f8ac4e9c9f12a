"""Whether one model is better than another, or whether chance can explain it.

The paired bootstrap (Efron and Tibshirani 1993; Koehn 2004): documents are drawn with
replacement, both models' counts of each are summed, and the difference of F1 is taken, again and
again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 10_000
SURE = 0.05
FEWEST = 5
"""Documents below which no difference is called sure: so few cannot be drawn from."""
MARGIN = 0.10
"""A share counts as measured where its 95 % interval reaches at most so far to either side."""
_Z = 1.96
"""Standard deviations on either side that hold 95 % of a normal distribution."""
_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Counts:
    """One model's entities in one document."""

    gold: int
    predicted: int
    correct: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A difference of two F1, and how far chance moves it."""

    difference: float
    low: float
    """Of the 95 % interval, as `high`."""
    high: float
    p: float
    """Two-sided: how often resampling turns the difference round, or undoes it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """F1 of B minus F1 of A, in shares. An F1 is None where it is undefined, of documents without
    an entity in which the model finds none; `estimate` is None where either is."""

    f1_a: float | None
    f1_b: float | None
    estimate: Estimate | None
    documents: int

    @property
    def sure(self) -> bool:
        found = self.estimate
        return (
            found is not None
            and self.documents >= FEWEST
            and found.p < SURE
            and found.difference != 0
        )


def paired_bootstrap(
    a: Sequence[Counts], b: Sequence[Counts], *, resamples: int = RESAMPLES, seed: int = 0
) -> Difference:
    """Of two models on the same documents, in the same order. The same seed says the same.

    Raises `ValueError` for no document, or for lists of different documents.
    """
    if not a or [count.gold for count in a] != [count.gold for count in b]:
        raise ValueError(
            f"a comparison needs the same documents on both sides, at least one; got {len(a)} and "
            f"{len(b)} with gold entities {[c.gold for c in a][:5]} and {[c.gold for c in b][:5]}"
        )
    pair = np.array(
        [[(c.correct, c.gold + c.predicted) for c in side] for side in (a, b)], dtype=float
    )
    f1_a, f1_b = (_defined(float(_f1(side.sum(0)[None])[0])) for side in pair)
    if f1_a is None or f1_b is None:
        return Difference(f1_a, f1_b, None, len(a))
    generator = np.random.default_rng(seed)
    drawn = [
        _difference(pair, generator.multinomial(len(a), np.full(len(a), 1 / len(a)), size))
        for size in _sizes(resamples)
    ]
    differences = np.concatenate(drawn)
    low, high = np.quantile(differences, (0.025, 0.975))
    estimate = Estimate(f1_b - f1_a, float(low), float(high), _p(differences))
    return Difference(f1_a, f1_b, estimate, len(a))


def entities_needed(margin: float = MARGIN) -> int:
    """From how many entities on a 95 % interval of a share reaches at most `margin` to either side,
    whatever the share: z² / 4 margin², by the binomial's normal approximation at one half."""
    return math.ceil(_Z**2 / (4 * margin**2))


def documents_needed(found: Difference) -> int | None:
    """About how many documents it takes until the interval of the same difference excludes 0, as
    its width falls with the root of their number; None without a difference."""
    estimate = found.estimate
    if estimate is None or estimate.difference == 0:
        return None
    if found.sure:
        return found.documents
    half = (estimate.high - estimate.low) / 2
    enough = math.ceil(found.documents * (half / estimate.difference) ** 2)
    return max(FEWEST, found.documents + 1, enough)


def in_words(found: Difference, a: str, b: str) -> str:
    """What the numbers mean, in a sentence."""
    many = "1 document" if found.documents == 1 else f"{found.documents} documents"
    if found.estimate is None:
        undefined = [name for name, f1 in ((a, found.f1_a), (b, found.f1_b)) if f1 is None]
        return (
            f"F1 of {' and '.join(undefined)} is undefined on {many}: there is no entity to find, "
            "and none was predicted. It takes a held-out document with an entity."
        )
    points = 100 * found.estimate.difference
    if found.sure:
        better, other = (b, a) if points > 0 else (a, b)
        return (
            f"{better} is significantly better than {other}: {abs(points):.1f} points of F1 on "
            f"{many}."
        )
    if points == 0:
        return f"{a} and {b} score the same on {many}."
    better = b if points > 0 else a
    return (
        f"{better} is ahead by {abs(points):.1f} points of F1, but on {many} this may be chance. "
        f"If the difference stays, it takes about {documents_needed(found):,} to tell."
    )


def _sizes(resamples: int) -> list[int]:
    return [min(_CHUNK, resamples - done) for done in range(0, resamples, _CHUNK)]


def _difference(pair: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Of each resample; 0 where an F1 is undefined, as it holds nothing to tell the two by."""
    difference: np.ndarray = np.nan_to_num(_f1(times @ pair[1]) - _f1(times @ pair[0]), nan=0.0)
    return difference


def _f1(sums: np.ndarray) -> np.ndarray:
    """NaN where there is nothing to find and nothing predicted, see `core.evaluation.metrics`."""
    correct, whole = sums[:, 0], sums[:, 1]
    shares: np.ndarray = np.where(whole > 0, 2 * correct / np.maximum(whole, 1), np.nan)
    return shares


def _defined(value: float) -> float | None:
    return None if np.isnan(value) else value


def _p(differences: np.ndarray) -> float:
    least = min(int((differences <= 0).sum()), int((differences >= 0).sum()))
    return min(1.0, 2 * (least + 1) / (len(differences) + 1))
