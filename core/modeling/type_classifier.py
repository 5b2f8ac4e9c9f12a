"""The type classifier: P^c (section 4.2) of any span, from the span's own boundaries.

B sentences, K spans, M words, H hidden, V the width of the views, C types and ∅ (the last index).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..config import ModelConfig
from .span_features import SpanFeatures, SpanTable

VIEW = 150  # Yu et al., table 1
WIDTHS = 32
"""Spans of at least this many words share one width."""
_DROPOUT = 0.33
"""Higher than elsewhere, as for the projections of Dozat and Manning 2017: this part is the first
to memorise the names of the training data (docs/results/training.md)."""


def view(hidden_size: int, dropout: float) -> nn.Module:
    """The projection of a word as one end of a span: (…, H) to (…, V)."""
    return nn.Sequential(nn.Linear(hidden_size, VIEW), nn.GELU(), nn.Dropout(dropout))


class TypeTable(NamedTuple):
    """The contribution of each word to the type of a span that begins or ends at it."""

    spans: SpanTable
    left: Tensor  # (B, M, C + 1, V + 1): the first word's view, turned once for every type
    right: Tensor  # (B, M, V + 1)


class TypeClassifier(nn.Module):
    """Sum of three scores: the span's pooled features, a biaffine term of its first and last word
    (Yu, Bohnet and Poesio 2020, as in `core.baselines.biaffine`), and its width."""

    label_rows = ("scores.weight", "scores.bias", "tensor", "width")
    """Parameters with one row for each type."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        size, types = config.hidden_size, len(config.labels) + 1
        self.features = SpanFeatures(size)
        self.hidden = nn.Sequential(nn.Linear(size, size), nn.GELU(), nn.Dropout(_DROPOUT))
        self.scores = nn.Linear(size, types)
        self.left, self.right = view(size, _DROPOUT), view(size, _DROPOUT)
        self.tensor = nn.Parameter(torch.empty(types, VIEW + 1, VIEW + 1))
        nn.init.normal_(self.tensor, std=0.02)
        self.width = nn.Parameter(torch.zeros(types, WIDTHS))

    def table(self, word_states: Tensor) -> TypeTable:
        """Compute the tables that `forward` gathers from, for word states (B, M, H)."""
        left = F.pad(self.left(word_states), (0, 1), value=1.0)  # the 1 makes the linear terms
        right = F.pad(self.right(word_states), (0, 1), value=1.0)
        projected_left = torch.einsum("bld,cde->blce", left, self.tensor)
        return TypeTable(self.features.table(word_states), projected_left, right)

    def forward(self, table: TypeTable, boundaries: Tensor) -> Tensor:
        """Logits (B, K, C + 1) of spans (B, K, 2) of inclusive word indices."""
        left, right = boundaries.unbind(-1)
        row = torch.arange(len(boundaries), device=boundaries.device)[:, None]
        biaffine = torch.einsum("bkce,bke->bkc", table.left[row, left], table.right[row, right])
        pooled = self.scores(self.hidden(self.features(table.spans, boundaries)))
        width = (right - left).clamp(max=WIDTHS - 1)
        return biaffine + (pooled + self.width.t()[width])
