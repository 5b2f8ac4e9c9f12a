"""What the seeds of an ensemble agree on."""

from __future__ import annotations

from collections.abc import Hashable, Sequence, Set
from itertools import combinations

from ..overlaps import overlap
from ..types import Agreement, Span


def agreements(
    spans: Sequence[Span], seed_scores: Sequence[Sequence[float]], threshold: float
) -> list[Agreement]:
    """The agreement on each of one sentence's proposals, which have different boundaries.

    `seed_scores` has one row a span: its score with each seed, 0 where that never met it. A seed
    says what reaches φ with it.
    """
    said = [
        [spans[index] for score, index in _best_first(scores) if score and score >= threshold]
        for scores in zip(*seed_scores, strict=True)
    ]
    return [_agreement(span, said) for span in spans]


def _best_first(scores: Sequence[float]) -> list[tuple[float, int]]:
    return sorted(((score, index) for index, score in enumerate(scores)), key=lambda one: -one[0])


def _agreement(span: Span, said: Sequence[Sequence[Span]]) -> Agreement:
    """`said` is what each seed says, best first."""
    near = [[other for other in alone if overlap(other, span)] for alone in said]
    found = [alone for alone in near if alone]
    exact = sum(span in alone for alone in found)
    same = sum(alone[0].label == span.label for alone in found)
    return Agreement(len(found) / len(said), exact / len(said), same / max(1, len(found)))


def pairwise_f1(answers: Sequence[Set[Hashable]]) -> float:
    """The mean F1 of each two answers, one read as the other's gold; 1 where all say the same."""
    pairs = [
        2 * len(one & other) / (len(one) + len(other)) if one or other else 1.0
        for one, other in combinations(answers, 2)
    ]
    return sum(pairs) / len(pairs) if pairs else 1.0
