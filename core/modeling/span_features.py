"""Span features gathered from tables that are computed once for each sentence. Used for noisy
spans, for typed spans (`core.modeling.type_classifier`) and for fragments.

B sentences, K spans, M words, H hidden.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..diffusion.boundaries import to_half_open

_MAX_WIDTH = 15


class SpanTable(NamedTuple):
    """The contribution of each word to a span that begins at, ends at, or contains it."""

    left: Tensor  # (B, M, H)
    right: Tensor  # (B, M, H)
    sums: Tensor  # (B, M + 1, H): running sums of the inner contributions


class SpanFeatures(nn.Module):
    """Left word + right word + mean of the inner words (the paper's pooling) + a width
    embedding."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.project = nn.Linear(hidden_size, 3 * hidden_size)
        self.width = nn.Embedding(_MAX_WIDTH + 1, hidden_size)
        nn.init.normal_(self.width.weight, std=0.02)
        self.norm = nn.LayerNorm(hidden_size)

    def table(self, word_states: Tensor) -> SpanTable:
        """Compute the tables that `forward` gathers from, for word states (B, M, H)."""
        left, right, inner = self.project(word_states).chunk(3, dim=-1)
        sums = F.pad(inner.float().cumsum(dim=1), (0, 0, 1, 0))
        return SpanTable(left.contiguous(), right.contiguous(), sums)

    def forward(self, table: SpanTable, boundaries: Tensor) -> Tensor:
        """Features (B, K, H) of spans (B, K, 2) of inclusive word indices."""
        left, right = boundaries.unbind(-1)
        start, end = to_half_open(boundaries).unbind(-1)
        inner = gather_words(table.sums, end) - gather_words(table.sums, start)
        features = gather_words(table.left, left) + gather_words(table.right, right)
        features = features + inner / (end - start)[:, :, None]
        return self.norm(features + self.width((right - left).clamp(max=_MAX_WIDTH)))


def gather_words(table: Tensor, index: Tensor) -> Tensor:
    """Gather rows (B, K) of a table (B, M, H) as (B, K, H)."""
    batch, words = table.shape[:2]
    first = torch.arange(0, batch * words, words, device=table.device)[:, None]
    return F.embedding(first + index, table.flatten(0, 1))  # a third of the time of table[…, index]
