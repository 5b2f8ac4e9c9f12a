"""The spans whose types a training step teaches: what is proposed, what is an entity, what only
looks like one, and what is nothing of the kind.

B sentences, P proposed spans, N gold entities (padded).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ..data.batching import Gold

_NUM_SHIFTED = 4
"""Near misses of each gold entity."""
_MAX_SHIFT = 2
"""Words by which a boundary of a near miss is off at most."""
_NUM_RANDOM = 60
"""Random spans of a sentence: what is far from every entity must be known as none, too, since the
first denoising steps propose it."""


def supervised_spans(
    proposed: Tensor,
    gold: Gold,
    lengths: Tensor,
    generator: torch.Generator,
    rows: slice = slice(None),
) -> tuple[Tensor, Tensor]:
    """The `proposed` spans (B, P, 2), then the near misses, then random spans, in sentences of
    `lengths` words. `gold` and `lengths` are a whole batch's, of which B `rows` are meant.

    Returns inclusive word indices (B, X, 2) and which of them are there (B, X).
    """
    shifted, mask = near_misses(gold, lengths, generator)
    random = random_spans(lengths, generator)
    boundaries = torch.cat([proposed, shifted[rows], random[rows]], dim=1)
    return boundaries, F.pad(mask[rows], (proposed.shape[1], random.shape[1]), value=True)


def near_misses(gold: Gold, lengths: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """The gold spans, and each with its boundaries moved by up to two words, four times over.

    Returns inclusive word indices (B, 5 N, 2) and which of them are there (B, 5 N).
    """
    spans = gold.boundaries  # (B, N, 2)
    mask = spans[..., 0] >= 0
    shape = (spans.shape[0], _NUM_SHIFTED, *spans.shape[1:])
    shifts = torch.randint(-_MAX_SHIFT, _MAX_SHIFT + 1, shape, generator=generator).to(spans.device)
    moved = (spans[:, None] + shifts).clamp(min=0)
    moved = torch.minimum(moved, lengths[:, None, None, None] - 1).sort(-1).values
    boundaries = torch.cat([spans.clamp(min=0)[:, None], moved], dim=1).flatten(1, 2)
    return boundaries, mask.repeat(1, _NUM_SHIFTED + 1)


def random_spans(lengths: Tensor, generator: torch.Generator) -> Tensor:
    """Inclusive word indices (B, 60, 2) of spans between two words of the sentence, each drawn
    evenly."""
    uniform = torch.rand(len(lengths), _NUM_RANDOM, 2, generator=generator).to(lengths.device)
    return (uniform * lengths[:, None, None]).long().sort(-1).values
