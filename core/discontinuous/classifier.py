"""The pair classifier: do two spans belong to one entity?

B sentences, M words, N spans (padded), P pairs of the whole batch, H hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..diffusion.boundaries import to_half_open, to_inclusive
from ..modeling.span_features import SpanFeatures
from ..types import Span
from .cliques import pairs_of

_MAX_DISTANCE = 15
_SAME_SPAN = _MAX_DISTANCE + 1


@dataclass(frozen=True)
class PairBatch:
    """The span pairs of a batch of sentences."""

    spans: Tensor  # (B, N, 2), inclusive word indices
    rows: Tensor  # (P,)
    first: Tensor  # (P,), indices among a sentence's spans
    second: Tensor  # (P,)

    @classmethod
    def of(cls, spans: Sequence[Sequence[Span]], device: torch.device) -> PairBatch:
        boundaries = torch.zeros(len(spans), max(1, *map(len, spans)), 2, dtype=torch.long)
        pairs: list[tuple[int, int, int]] = []
        for row, sentence_spans in enumerate(spans):
            if sentence_spans:
                boundaries[row, : len(sentence_spans)] = torch.tensor(to_inclusive(sentence_spans))
            pairs += [(row, first, second) for first, second in pairs_of(sentence_spans)]
        rows, first, second = torch.tensor(pairs, dtype=torch.long).reshape(-1, 3).unbind(1)
        return cls(boundaries.to(device), rows.to(device), first.to(device), second.to(device))


class PairClassifier(nn.Module):
    """One hidden layer over the features of both spans, the words between them, and their
    distance."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.spans = SpanFeatures(hidden_size)
        self.distance = nn.Embedding(_SAME_SPAN + 1, hidden_size)
        self.hidden = nn.Sequential(
            nn.Linear(4 * hidden_size, hidden_size), nn.GELU(), nn.Dropout(0.1)
        )
        self.score = nn.Linear(hidden_size, 1)

    def forward(self, word_states: Tensor, pairs: PairBatch) -> Tensor:
        """Logits (P,) of "the two spans are one entity", from word states H_S (B, M, H)."""
        features = self.spans(self.spans.table(word_states), pairs.spans)  # (B, N, H)
        places = to_half_open(pairs.spans)
        end = places[pairs.rows, pairs.first, 1]
        start = places[pairs.rows, pairs.second, 0]
        gap = torch.where(pairs.first == pairs.second, 0, start - end)
        sums = nn.functional.pad(word_states.cumsum(dim=1), (0, 0, 1, 0))
        between = sums[pairs.rows, end + gap] - sums[pairs.rows, end]
        distance = torch.where(
            pairs.first == pairs.second, _SAME_SPAN, gap.clamp(max=_MAX_DISTANCE)
        )
        parts = (
            features[pairs.rows, pairs.first],
            features[pairs.rows, pairs.second],
            between / gap.clamp(min=1)[:, None],
            self.distance(distance),
        )
        return self.score(self.hidden(torch.cat(parts, dim=-1)))[:, 0]
