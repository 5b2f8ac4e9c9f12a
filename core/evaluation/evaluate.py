"""Running a model over examples, and tuning φ."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from ..data.batching import inference_batches
from ..diffusion.sampler import denoise
from ..inference.constraints import Constraints
from ..inference.decoding import Candidate, candidates, select
from ..modeling.model import DiffusionNER
from ..types import Example, SamplerSettings, Span
from .metrics import Scores, score

_GRID = 60


def threshold_of(model: DiffusionNER, settings: SamplerSettings) -> float:
    """φ: the one asked for, else the one tuned with the model."""
    return model.config.phi(settings.flat) if settings.threshold is None else settings.threshold


def propose(
    model: DiffusionNER,
    sentences: Sequence[Sequence[str]],
    settings: SamplerSettings,
    least: float = 0.0,
    constraints: Sequence[Constraints] | None = None,
) -> list[list[Candidate]]:
    """Every sentence's distinct proposals over all denoising steps, best first; those that
    score below `least` are left out. `constraints` has one item a sentence."""
    found: list[list[Candidate]] = [[] for _ in sentences]
    threshold = threshold_of(model, settings)
    for rows in inference_batches([len(words) for words in sentences], model.device):
        rules = None if constraints is None else [constraints[row] for row in rows]
        history = list(denoise(model, [sentences[row] for row in rows], settings, rules))
        proposals = candidates(history, model.config.labels, least, rules, threshold)
        for row, each in zip(rows, proposals, strict=True):
            found[row] = each
    return found


def keep(found: Sequence[Candidate], threshold: float, flat: bool) -> list[Span]:
    """The entities of one sentence."""
    return [each.span for each in select(found, threshold, flat)]


def score_proposals(
    examples: Sequence[Example],
    found: Sequence[Sequence[Candidate]],
    threshold: float,
    flat: bool,
) -> Scores:
    """The scores of what is kept of each sentence's proposals."""
    kept = [keep(each, threshold, flat) for each in found]
    return score(zip(examples, kept, strict=True))


def tune_threshold(
    examples: Sequence[Example], found: Sequence[Sequence[Candidate]], flat: bool
) -> float:
    """The φ with the best F1 over `examples`, in steps of 1/60: the paper's 0.05 (appendix C) of 3.

    What a better proposal drives out is out at every φ, so that it counts at none.
    Of a stretch of equally good ones the middle is taken, the one that errs least elsewhere.
    """
    scores, right = [], []
    total = 0
    for example, proposals in zip(examples, found, strict=True):
        gold = set(example.entities)
        total += len(gold)
        for each in select(proposals, 0.0, flat):
            if example.labels is not None and each.label not in example.labels:
                continue
            scores.append(each.score)
            right.append(each.span in gold)
    grid = torch.arange(_GRID + 1, dtype=torch.float64) / _GRID
    kept = torch.tensor(scores, dtype=torch.float64)[:, None] >= grid
    hits = (kept & torch.tensor(right, dtype=torch.bool)[:, None]).sum(0)
    f1 = 2 * hits / (kept.sum(0) + total).clamp(min=1)
    best = (f1 == f1.max()).nonzero()[:, 0]
    first = int(best[0])
    plateau = int((best == torch.arange(first, first + len(best))).sum())
    return float(grid[first + plateau // 2])
