"""The baseline for nested entities: a biaffine classifier of all spans.

Yu, Bohnet and Poesio 2020, "Named Entity Recognition as Dependency Parsing", on the same sentence
encoder. B sentences, M words, C types and ∅ (the last index), D the width of the views.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..data.batching import Gold
from ..diffusion.boundaries import to_half_open
from ..evaluation.metrics import nested_entities
from ..inference.decoding import Candidate, select
from ..modeling.model import DiffusionNER
from ..modeling.type_classifier import VIEW, WIDTHS, view
from ..types import Example, Span
from .base import THRESHOLD, UNKNOWN_LOGIT, Baseline

_LEAST = 0.01
"""The least score of a candidate that is counted as proposed."""
_NO_ENTITY_BIAS = 6.0
"""The initial logit of ∅: hundreds of spans are ∅ for each entity."""


class Biaffine(Baseline):
    """Score every span l ≤ r for every type by its first and last word.

    A width bias is added to the paper's scores, as is common since. As in the paper, entities may
    be nested only if they are nested in the training data.
    """

    kind = "biaffine"
    label_rows = ("tensor", "width")

    def __init__(self, host: DiffusionNER) -> None:
        super().__init__(host)
        size, dropout = self.config.hidden_size, self.config.dropout
        self.left, self.right = view(size, dropout), view(size, dropout)
        types = len(self.labels) + 1
        self.tensor = nn.Parameter(torch.empty(types, VIEW + 1, VIEW + 1))
        nn.init.normal_(self.tensor, std=0.02)
        self.width = nn.Parameter(torch.zeros(types, WIDTHS))
        nn.init.constant_(self.width[-1], _NO_ENTITY_BIAS)
        self.nested: Tensor
        self.register_buffer("nested", torch.tensor(False))

    @property
    def outputs(self) -> list[tuple[str, str]]:
        return [*(("entity", label) for label in self.labels), ("none", "")]

    def forward(self, sentences: Sequence[Sequence[str]]) -> Tensor:
        """Logits (B, M, M, C + 1) of the spans from word l to word r, inclusive."""
        states = self.encoder(self.batch(sentences))
        left = F.pad(self.left(states), (0, 1), value=1.0)  # the 1 makes the linear terms
        right = F.pad(self.right(states), (0, 1), value=1.0)
        projected_left = torch.einsum("bld,cde->blce", left, self.tensor)
        scores = torch.einsum("blce,bre->blrc", projected_left, right)
        index = torch.arange(states.shape[1], device=states.device)
        width = (index - index[:, None]).clamp(0, WIDTHS - 1)
        return scores + self.width.t()[width]

    def loss(self, examples: Sequence[Example]) -> Tensor:
        """Cross-entropy summed over all spans l ≤ r, divided by the number of words. Also records
        whether the training data has nested entities."""
        if not self.nested:
            self.nested.fill_(any(nested_entities(example.entities) for example in examples))
        logits = self([example.words for example in examples])
        gold = Gold.of(examples, self.labels, torch.device("cpu"))
        lengths = torch.tensor([len(example.words) for example in examples])
        targets = torch.where(_spans(lengths, logits.shape[1]), len(self.labels), -100)
        rows, columns = (gold.boundaries[..., 0] >= 0).nonzero().unbind(1)
        left, right = gold.boundaries[rows, columns].unbind(1)
        targets[rows, left, right] = gold.types[rows, columns]
        logits = logits.masked_fill(gold.unknown.to(logits.device)[:, None, None], UNKNOWN_LOGIT)
        total = F.cross_entropy(
            logits.flatten(0, 2), targets.flatten().to(logits.device), reduction="sum"
        )
        return total / lengths.sum()

    @property
    def flat(self) -> bool:
        return not self.nested

    def candidates(self, sentences: Sequence[Sequence[str]]) -> list[list[Candidate]]:
        """All spans whose best type has a hundredth of the probability that it and ∅ have
        together, which is its score, the most probable first."""
        return self._candidates(sentences, _LEAST)

    def decode(self, sentences: Sequence[Sequence[str]]) -> list[tuple[Span, ...]]:
        """The spans that are more probably an entity than ∅ and conflict with no more probable
        one (section 2.3 of Yu et al.)."""
        return [
            tuple(sorted(c.span for c in select(sentence_candidates, THRESHOLD, self.flat)))
            for sentence_candidates in self._candidates(sentences, THRESHOLD)
        ]

    def _candidates(
        self, sentences: Sequence[Sequence[str]], least: float
    ) -> list[list[Candidate]]:
        log_probs = self(sentences).log_softmax(-1)
        best, types = log_probs[..., :-1].max(-1)
        scores = (best - log_probs[..., -1]).sigmoid()
        lengths = torch.tensor([len(words) for words in sentences])
        inside = _spans(lengths, scores.shape[1]).to(scores.device)
        indices = (inside & (scores >= least)).nonzero()
        columns = (values[indices.unbind(1)].tolist() for values in (best, types, scores))
        places = to_half_open(indices[:, 1:]).tolist()
        ranked: list[list[tuple[float, Candidate]]] = [[] for _ in sentences]
        for row, (start, end), rank, kind, score in zip(
            indices[:, 0].tolist(), places, *columns, strict=True
        ):
            candidate = Candidate(start, end, self.labels[kind], score, step=1, slot=0)
            ranked[row].append((rank, candidate))
        return [
            [candidate for _, candidate in sorted(row, key=lambda item: (-item[0], item[1].span))]
            for row in ranked
        ]


def _spans(lengths: Tensor, num_words: int) -> Tensor:
    """The mask (B, M, M) of spans with l ≤ r inside their sentence; M = `num_words` may be more
    than the longest has (`core.devices.shape_multiple`)."""
    index = torch.arange(num_words)
    return (index[:, None] <= index) & (index < lengths[:, None])[:, None]
