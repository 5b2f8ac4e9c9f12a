"""The agreement between the seeds of an ensemble."""

from __future__ import annotations

from collections.abc import Hashable, Sequence, Set
from itertools import combinations

from ..overlaps import overlap
from ..types import Agreement, Span


def agreements(
    spans: Sequence[Span], seed_scores: Sequence[Sequence[float]], threshold: float
) -> list[Agreement]:
    """The agreement on each of one sentence's candidates, which have distinct boundaries.

    `seed_scores` has one row for each span: its score with each seed, 0 if the seed never proposed
    it. A seed predicts what reaches `threshold` with it.
    """
    predicted = [
        [spans[index] for score, index in _best_first(scores) if score and score >= threshold]
        for scores in zip(*seed_scores, strict=True)
    ]
    return [_agreement(span, predicted) for span in spans]


def _best_first(scores: Sequence[float]) -> list[tuple[float, int]]:
    return sorted(
        ((score, index) for index, score in enumerate(scores)), key=lambda scored: -scored[0]
    )


def _agreement(span: Span, predicted: Sequence[Sequence[Span]]) -> Agreement:
    """`predicted` has the spans of each seed, best first."""
    overlapping = [
        [other for other in seed_spans if overlap(other, span)] for seed_spans in predicted
    ]
    with_overlap = [seed_spans for seed_spans in overlapping if seed_spans]
    same_boundaries = sum(span in seed_spans for seed_spans in with_overlap)
    same_label = sum(seed_spans[0].label == span.label for seed_spans in with_overlap)
    return Agreement(
        len(with_overlap) / len(predicted),
        same_boundaries / len(predicted),
        same_label / len(with_overlap) if with_overlap else None,
    )


def pairwise_f1(predictions: Sequence[Set[Hashable]]) -> list[float | None]:
    """The F1 of each pair of predictions, one taken as gold for the other; None if both are
    empty."""
    return [
        2 * len(first & second) / (len(first) + len(second)) if first or second else None
        for first, second in combinations(predictions, 2)
    ]
