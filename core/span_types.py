"""The type of any span: P^c (section 4.2), read off the span's own boundaries.

B sentences, K or N spans, M words, H hidden, V the width of the views, C types and ∅ (the last
index).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.config import ModelConfig
from core.span_features import SpanFeatures, SpanTable

VIEW = 150  # Yu et al., table 1
DROPOUT = 0.33
"""Every span of a sentence is taught in every epoch, so this part learns by heart first."""
WIDTHS = 32
"""Spans of at least so many words share one width."""
PRIOR = 6.0
"""The logit of ∅ at the start: hundreds of spans are none for each that is one."""


def view(config: ModelConfig) -> nn.Module:
    """What a word shows as one end of a span: (…, H) to (…, V)."""
    return nn.Sequential(nn.Linear(config.hidden_size, VIEW), nn.GELU(), nn.Dropout(DROPOUT))


class TypeTable(NamedTuple):
    """What each word contributes to the type of a span that begins or ends at it."""

    spans: SpanTable
    left: Tensor  # (B, M, C + 1, V + 1): the first word's view, turned once for every type
    right: Tensor  # (B, M, V + 1)


class SpanTypes(nn.Module):
    """What the span's words show, what its first and last word show together (Yu, Bohnet and
    Poesio 2020, as in `core.biaffine`), and its width: three sources, summed."""

    label_rows = ("scores.weight", "scores.bias", "tensor", "width")
    """Parameters with a row for each type."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        size, types = config.hidden_size, len(config.labels) + 1
        self.features = SpanFeatures(size)
        self.hidden = nn.Sequential(nn.Linear(size, size), nn.GELU(), nn.Dropout(DROPOUT))
        self.scores = nn.Linear(size, types)
        self.left, self.right = view(config), view(config)
        self.tensor = nn.Parameter(torch.empty(types, VIEW + 1, VIEW + 1))
        nn.init.normal_(self.tensor, std=0.02)
        self.width = nn.Parameter(torch.zeros(types, WIDTHS))
        nn.init.constant_(self.width[-1], PRIOR)

    def table(self, word_states: Tensor) -> TypeTable:
        """(B, M, H) to the tables that the others gather from."""
        left = F.pad(self.left(word_states), (0, 1), value=1.0)  # the 1 makes the linear terms
        right = F.pad(self.right(word_states), (0, 1), value=1.0)
        turned = torch.einsum("bld,cde->blce", left, self.tensor)
        return TypeTable(self.features.table(word_states), turned, right)

    def forward(self, table: TypeTable, words: Tensor) -> Tensor:
        """Logits (B, K, C + 1) of spans (B, K, 2) of inclusive word indices."""
        left, right = words.unbind(-1)
        row = torch.arange(len(words), device=words.device)[:, None]
        together = torch.einsum("bkce,bke->bkc", table.left[row, left], table.right[row, right])
        return together + self._alone(table, words)

    def everywhere(self, table: TypeTable, longest: int) -> tuple[Tensor, Tensor]:
        """Logits (B, N, C + 1) of every span of at most `longest` words, and these (N, 2).

        What `forward` says of them, by one product for all.
        """
        count = table.right.shape[1]
        left, right = torch.triu_indices(count, count, device=table.right.device)
        short = right - left < longest
        left, right = left[short], right[short]
        together = torch.einsum("blce,bre->blrc", table.left, table.right)[:, left, right]
        words = torch.stack([left, right], -1)
        return together + self._alone(table, words.expand(len(together), -1, -1)), words

    def _alone(self, table: TypeTable, words: Tensor) -> Tensor:
        width = (words[..., 1] - words[..., 0]).clamp(max=WIDTHS - 1)
        shown = self.scores(self.hidden(self.features(table.spans, words)))
        return shown + self.width.t()[width]
