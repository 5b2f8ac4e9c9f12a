"""The spans that supervise the type classifier in a training step: proposals, gold entities, near
misses and random spans; and, in a loss of their own, all spans.

B sentences, M words, P proposed spans, N gold entities (padded).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ..data.batching import Gold
from ..devices import send

_NUM_SHIFTED = 4
"""Near misses of each gold entity."""
_MAX_SHIFT = 2
"""The maximum shift of a near miss's boundary, in words."""
_NUM_RANDOM = 60
"""Random spans of each sentence: the first denoising steps propose spans far from any entity, so
the classifier must learn that they are ∅."""
_MAX_WORDS = 25
"""The most words of a span among all spans."""


def supervised_spans(
    proposed: Tensor,
    gold: Gold,
    lengths: Tensor,
    generator: torch.Generator,
    rows: slice = slice(None),
) -> tuple[Tensor, Tensor]:
    """Concatenate the `proposed` spans (B, P, 2), near misses and random spans.

    `gold` and `lengths` describe the whole batch, of which `rows` selects B sentences. Returns
    inclusive word indices (B, X, 2) and the mask (B, X) of valid ones.
    """
    shifted, mask = near_misses(gold, lengths, generator)
    random = random_spans(lengths, generator)
    boundaries = torch.cat([proposed, shifted[rows], random[rows]], dim=1)
    return boundaries, F.pad(mask[rows], (proposed.shape[1], random.shape[1]), value=True)


def near_misses(gold: Gold, lengths: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """The gold spans, four copies of each with its boundaries shifted by up to two words, a span
    inside each, and the bridge from each to the next.

    Returns inclusive word indices (B, 7 N, 2) and the mask (B, 7 N) of valid ones.
    """
    spans = gold.boundaries  # (B, N, 2)
    mask = spans[..., 0] >= 0
    shape = (spans.shape[0], _NUM_SHIFTED, *spans.shape[1:])
    shifts = torch.randint(-_MAX_SHIFT, _MAX_SHIFT + 1, shape, generator=generator)
    moved = (spans[:, None] + send(shifts, spans.device)).clamp(min=0)
    moved = torch.minimum(moved, lengths[:, None, None, None] - 1).sort(-1).values
    inside, inside_mask = _insides(spans, generator)
    bridge, bridge_mask = _bridges(spans)
    candidates = [spans, *moved.unbind(1), inside, bridge]
    masks = [mask] * (_NUM_SHIFTED + 1) + [inside_mask, bridge_mask]
    return torch.cat(candidates, dim=1).clamp(min=0), torch.cat(masks, dim=1)


def _insides(spans: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw a span inside each of `spans` (B, N, 2), and the mask (B, N) of those longer than one
    word."""
    uniform = torch.rand(spans.shape, generator=generator).to(spans.device)
    left, right = spans.unbind(-1)
    width = (right - left + 1)[..., None]
    return left[..., None] + (uniform * width).long().sort(-1).values, right > left


def _bridges(spans: Tensor) -> tuple[Tensor, Tensor]:
    """The span from each of `spans` (B, N, 2) to the end of the next one, and the mask (B, N)."""
    following = F.pad(spans[:, 1:], (0, 0, 0, 1), value=-1)
    right = torch.maximum(spans[..., 1], following[..., 1])
    return torch.stack([spans[..., 0], right], dim=-1), following[..., 0] >= 0


def random_spans(lengths: Tensor, generator: torch.Generator) -> Tensor:
    """Draw 60 spans for each sentence, both ends uniform over its words: inclusive word indices (B,
    60, 2)."""
    uniform = torch.rand(len(lengths), _NUM_RANDOM, 2, generator=generator)
    uniform = send(uniform, lengths.device)
    return (uniform * lengths[:, None, None]).long().sort(-1).values


def all_spans(lengths: Tensor, num_words: int) -> tuple[Tensor, Tensor]:
    """Every span of at most 25 words of sentences of `lengths` (B,), M = `num_words` the longest.

    Returns inclusive word indices (B, 25 M, 2) and the mask (B, 25 M) of those within a sentence.
    """
    left = torch.arange(num_words, device=lengths.device)[:, None].expand(-1, _MAX_WORDS)
    right = left + torch.arange(_MAX_WORDS, device=lengths.device)
    spans = torch.stack([left, right], -1).flatten(0, 1)
    mask = spans[:, 1] < lengths[:, None]
    return spans * mask[..., None], mask
