"""Expand N gold entities to K noisy spans (section 4.1).

A span here is a point x_0 of the signal space, (K, 2) for each sentence.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..config import Expansion


def random_spans(count: int, scale: float, generator: torch.Generator) -> Tensor:
    """Draw `count` spans from a standard Gaussian, clamped to (-λ, λ) and ordered: (count, 2)."""
    return spans_from(torch.randn(count, 2, generator=generator), scale)


def spans_from(noise: Tensor, scale: float) -> Tensor:
    """The random spans that standard Gaussian noise (…, 2) stands for."""
    spans = noise.clamp(-1, 1) * scale
    return spans.sort(dim=-1).values


def expand(
    gold: Tensor,
    num_spans: int,
    strategy: Expansion,
    copies: int,
    scale: float,
    generator: torch.Generator,
) -> Tensor:
    """Expand gold signals (N, 2) to x_0 (K, 2).

    `repetition` repeats the gold entities in turn, `random` adds Gaussian spans: the paper's two
    strategies. `mixed` takes `copies` of each gold entity (at most half of K in total, at least one
    each) and fills up with random spans. If N > K, a random K of the entities are kept.
    """
    count = len(gold)
    if count == 0:
        return random_spans(num_spans, scale, generator)
    if count > num_spans:
        gold = gold[torch.randperm(count, generator=generator)[:num_spans]]
    if strategy == "repetition":
        return gold.repeat(-(-num_spans // len(gold)), 1)[:num_spans]
    copies_each = 1
    if strategy == "mixed":
        copies_each = max(1, min(copies, num_spans // (2 * count)))
    copied = gold.repeat(copies_each, 1)
    return torch.cat([copied, random_spans(num_spans - len(copied), scale, generator)])
