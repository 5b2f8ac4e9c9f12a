"""The only coordinate codec: word boundaries to the diffusion's signal and back.

(l, r) are the paper's inclusive word indices. Word i of M covers [i/M, (i+1)/M) of the sentence;
its signal is its middle, (i + 0.5)/M, stretched to (-λ, λ). The middle is half a word away from
every rounding edge, so that training and inference agree and every boundary survives the round
trip. Everywhere else spans are half-open.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from ..types import Span

_INDEX_BITS = 16
"""A window has far fewer words than 65,536, since the encoder sees it at once."""
KEY_BITS = 2 * _INDEX_BITS


def to_inclusive(spans: Iterable[Span]) -> list[tuple[int, int]]:
    """The first and the last word (l, r) of each span."""
    return [(span.start, span.end - 1) for span in spans]


def to_half_open(boundaries: Tensor) -> Tensor:
    """Inclusive word indices or positions (…, 2) as half-open ones: word i covers [i, i + 1)."""
    left, right = boundaries.unbind(-1)
    return torch.stack([left, right + 1], -1)


def to_signal(boundaries: Tensor, lengths: Tensor, scale: float) -> Tensor:
    """Inclusive word indices (B, K, 2) of sentences with `lengths` (B,) words to (-λ, λ)."""
    position = (boundaries.to(torch.float32) + 0.5) / lengths[:, None, None]
    return (2.0 * position - 1.0) * scale


def to_positions(signal: Tensor, lengths: Tensor, scale: float) -> Tensor:
    """The signal (B, K, 2) as ordered, continuous word positions in [-0.5, M - 0.5].

    Word i is at position i; noise beyond the sentence is clamped to its ends, and crossed
    boundaries are swapped.
    """
    unit = (signal / scale).clamp(-1.0, 1.0)
    positions = (unit + 1.0) * 0.5 * lengths[:, None, None] - 0.5
    return positions.sort(dim=-1).values


def to_boundaries(signal: Tensor, lengths: Tensor, scale: float) -> Tensor:
    """The signal (B, K, 2) as inclusive word indices with l <= r (footnote 3 of the paper)."""
    indices = (to_positions(signal, lengths, scale) + 0.5).floor().long()
    return torch.minimum(indices, lengths[:, None, None] - 1)


def keys(boundaries: Tensor) -> Tensor:
    """Inclusive word indices (…, 2) as one number each (…), below 2^`KEY_BITS`."""
    left, right = boundaries.unbind(-1)
    return (left << _INDEX_BITS) | right


def best_boundaries(left_log_probs: Tensor, right_log_probs: Tensor) -> Tensor:
    """argmax over l <= r of log P^l(l) + log P^r(r), both (B, K, M), as (B, K, 2).

    Equals the paper's two argmaxes wherever those do not cross.
    """
    best_right, right_index = right_log_probs.flip(-1).cummax(dim=-1)
    best_right, right_index = best_right.flip(-1), right_index.flip(-1)
    left = (left_log_probs + best_right).argmax(dim=-1, keepdim=True)
    last = right_log_probs.shape[-1] - 1
    right = last - right_index.gather(-1, left)
    return torch.cat([left, right], dim=-1)
