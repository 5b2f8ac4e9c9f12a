"""The pair classifier: do two spans belong to one entity?

B sentences, M words, N spans (padded), P pairs of the whole batch, H hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..modeling.span_features import SpanFeatures
from ..types import Span
from .cliques import pairs_of

_FARTHEST = 15
_ITSELF = _FARTHEST + 1


@dataclass(frozen=True)
class PairBatch:
    """The questions of a batch of sentences."""

    spans: Tensor  # (B, N, 2), inclusive word indices
    rows: Tensor  # (P,)
    first: Tensor  # (P,), indices among a sentence's spans
    second: Tensor  # (P,)

    @classmethod
    def of(cls, spans: Sequence[Sequence[Span]], device: torch.device) -> PairBatch:
        bounds = torch.zeros(len(spans), max(1, *map(len, spans)), 2, dtype=torch.long)
        asked: list[tuple[int, int, int]] = []
        for row, each in enumerate(spans):
            for column, span in enumerate(each):
                bounds[row, column] = torch.tensor([span.start, span.end - 1])
            asked += [(row, first, second) for first, second in pairs_of(each)]
        rows, first, second = torch.tensor(asked, dtype=torch.long).reshape(-1, 3).unbind(1)
        return cls(bounds.to(device), rows.to(device), first.to(device), second.to(device))


class PairClassifier(nn.Module):
    """One hidden layer over the features of both spans, of what lies between, and how far."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.spans = SpanFeatures(hidden_size)
        self.distance = nn.Embedding(_ITSELF + 1, hidden_size)
        self.hidden = nn.Sequential(
            nn.Linear(4 * hidden_size, hidden_size), nn.GELU(), nn.Dropout(0.1)
        )
        self.score = nn.Linear(hidden_size, 1)

    def forward(self, word_states: Tensor, pairs: PairBatch) -> Tensor:
        """Word states H_S (B, M, H) to the logits (P,) of "they are one entity"."""
        features = self.spans(self.spans.table(word_states), pairs.spans)  # (B, N, H)
        end = pairs.spans[pairs.rows, pairs.first, 1] + 1
        start = pairs.spans[pairs.rows, pairs.second, 0]
        gap = torch.where(pairs.first == pairs.second, 0, start - end)
        sums = nn.functional.pad(word_states.cumsum(dim=1), (0, 0, 1, 0))
        between = sums[pairs.rows, end + gap] - sums[pairs.rows, end]
        far = torch.where(pairs.first == pairs.second, _ITSELF, gap.clamp(max=_FARTHEST))
        joint = (
            features[pairs.rows, pairs.first],
            features[pairs.rows, pairs.second],
            between / gap.clamp(min=1)[:, None],
            self.distance(far),
        )
        return self.score(self.hidden(torch.cat(joint, dim=-1)))[:, 0]
