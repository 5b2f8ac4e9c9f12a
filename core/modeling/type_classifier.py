"""The type classifier: P^c (section 4.2) of any span, from the span's own boundaries.

B sentences, K spans, M words, H hidden, V the width of the views, C types and ∅ (the last index).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..config import ModelConfig
from .network import PROBABILITY_SCALE
from .span_features import SpanFeatures, SpanTable

VIEW = 150  # Yu et al., table 1
WIDTHS = 32
"""Spans of at least this many words share one width."""
_WIDTH_CLASSES = 8
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
        return self._logits(table, boundaries, self.hidden(self.features(table.spans, boundaries)))

    def of_all_spans(self, table: TypeTable, boundaries: Tensor) -> Tensor:
        """`forward` for all spans of at most W words (B, M W, 2), ordered by their first word, then
        by their number of words: the same logits up to rounding, without the copies of both ends'
        views that any spans take. Those that pass the end of the batch are of no use."""
        words, most = table.right.shape[1], boundaries.shape[1] // table.right.shape[1]
        hidden = self.hidden(self.features(table.spans, boundaries))
        ends = F.pad(table.right, (0, 0, 0, most - 1)).unfold(1, most, 1)  # (B, M, V + 1, W)
        biaffine = (table.left @ ends).transpose(2, 3).flatten(1, 2)  # (B, M W, C + 1)
        width = torch.arange(most, device=boundaries.device).repeat(words)
        return biaffine + (self.scores(hidden) + self._widths(width))

    def _logits(self, table: TypeTable, boundaries: Tensor, hidden: Tensor) -> Tensor:
        left, right = boundaries.unbind(-1)
        row = torch.arange(len(boundaries), device=boundaries.device)[:, None]
        biaffine = torch.einsum("bkce,bke->bkc", table.left[row, left], table.right[row, right])
        return biaffine + (self.scores(hidden) + self._widths(right - left))

    def _widths(self, width: Tensor) -> Tensor:
        return self.width.t()[width.clamp(max=WIDTHS - 1)]

    def embed(self, table: TypeTable, boundaries: Tensor, mask: Tensor) -> Tensor:
        """What the classifier knows of spans (B, K, 2): their pooled features before and after its
        hidden layer, its views of the first and last word and of the words before and after, its
        probabilities and the width: (B, K, `embedding_size`). `mask` (B, M) is true on words."""
        left, right = boundaries.unbind(-1)
        row = torch.arange(len(boundaries), device=boundaries.device)[:, None]
        views = F.pad(table.right[..., :-1] * mask[..., None], (0, 0, 1, 1))  # none outside
        pooled = self.features(table.spans, boundaries)
        hidden = self.hidden(pooled)
        parts = [pooled, hidden]
        parts += [views[row, index] for index in (left + 1, right + 1, left, right + 2)]
        parts.append(PROBABILITY_SCALE * self._logits(table, boundaries, hidden).softmax(-1))
        parts.append(F.one_hot((right - left).clamp(max=_WIDTH_CLASSES - 1), _WIDTH_CLASSES))
        return torch.cat([part.float() for part in parts], -1)

    @property
    def embedding_size(self) -> int:
        """The width of `embed`."""
        pooled = self.scores.in_features
        return 2 * pooled + 4 * VIEW + self.scores.out_features + _WIDTH_CLASSES
