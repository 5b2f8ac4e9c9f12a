"""Score a model's candidates, and tune φ."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from ..inference.decoding import Candidate, select
from ..types import Example, Span
from .metrics import Scores, score

_GRID = 60


def select_spans(candidates: Sequence[Candidate], threshold: float, flat: bool) -> list[Span]:
    """The entities of one sentence, decoded from its candidates."""
    return [candidate.span for candidate in select(candidates, threshold, flat)]


def score_proposals(
    examples: Sequence[Example],
    proposals: Sequence[Sequence[Candidate]],
    threshold: float,
    flat: bool,
) -> Scores:
    """Decode each sentence's proposals and score them."""
    predictions = [select_spans(candidates, threshold, flat) for candidates in proposals]
    return score(zip(examples, predictions, strict=True))


def tune_threshold(
    examples: Sequence[Example], proposals: Sequence[Sequence[Candidate]], flat: bool
) -> float | None:
    """The φ with the best F1 over `examples`, in steps of 1/60: the paper's 0.05 (appendix C) of 3;
    None if they have no entity, so that no F1 is better than another.

    Proposals that conflict with a better one are excluded at every φ. Of a plateau of equally good
    values the middle is returned, which generalises best.
    """
    scores, correct = [], []
    num_gold = 0
    for example, sentence_candidates in zip(examples, proposals, strict=True):
        gold = set(example.entities)
        num_gold += len(gold)
        for candidate in select(sentence_candidates, 0.0, flat):
            if example.labels is not None and candidate.label not in example.labels:
                continue
            scores.append(candidate.score)
            correct.append(candidate.span in gold)
    if not num_gold:
        return None
    grid = torch.arange(_GRID + 1, dtype=torch.float64) / _GRID
    mask = torch.tensor(scores, dtype=torch.float64)[:, None] >= grid
    hits = (mask & torch.tensor(correct, dtype=torch.bool)[:, None]).sum(0)
    f1 = 2 * hits / (mask.sum(0) + num_gold)
    best = (f1 == f1.max()).nonzero()[:, 0]
    first = int(best[0])
    plateau = int((best == torch.arange(first, first + len(best))).sum())
    return float(grid[first + plateau // 2])
