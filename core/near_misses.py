"""Spans that teach the type classifier what an entity is and what only looks like one."""

from __future__ import annotations

import torch
from torch import Tensor

from core.batches import Gold

_SHIFTS = 4
_REACH = 2


def near_misses(gold: Gold, lengths: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """The gold spans, and each with its boundaries moved by up to two words, four times over.

    Returns inclusive word indices (B, X, 2) and which of them are there (B, X).
    """
    spans = gold.boundaries  # (B, N, 2)
    there = spans[..., 0] >= 0
    shape = (spans.shape[0], _SHIFTS, *spans.shape[1:])
    shifts = torch.randint(-_REACH, _REACH + 1, shape, generator=generator).to(spans.device)
    moved = (spans[:, None] + shifts).clamp(min=0)
    moved = torch.minimum(moved, lengths[:, None, None, None] - 1).sort(-1).values
    words = torch.cat([spans.clamp(min=0)[:, None], moved], dim=1).flatten(1, 2)
    return words, there.repeat(1, _SHIFTS + 1)
