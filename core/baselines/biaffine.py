"""The baseline for nested entities: a biaffine classifier of all spans.

Yu, Bohnet and Poesio 2020, "Named Entity Recognition as Dependency Parsing", on the same sentence
encoder. B sentences, M words, C types and ∅ (the last index), D the width of the views.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..data.batching import Gold
from ..diffusion.boundaries import to_half_open
from ..evaluation.metrics import nested_entities
from ..modeling.model import DiffusionNER
from ..modeling.type_classifier import VIEW, WIDTHS, view
from ..overlaps import conflict_rule
from ..types import Example, Span
from .base import UNKNOWN_LOGIT, Baseline

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
        targets = torch.where(_spans(lengths), len(self.labels), -100)
        rows, columns = (gold.boundaries[..., 0] >= 0).nonzero().unbind(1)
        left, right = gold.boundaries[rows, columns].unbind(1)
        targets[rows, left, right] = gold.types[rows, columns]
        logits = logits.masked_fill(gold.unknown.to(logits.device)[:, None, None], UNKNOWN_LOGIT)
        total = F.cross_entropy(
            logits.flatten(0, 2), targets.flatten().to(logits.device), reduction="sum"
        )
        return total / lengths.sum()

    def decode(self, sentences: Sequence[Sequence[str]]) -> list[tuple[Span, ...]]:
        best, types = self(sentences).log_softmax(-1).max(-1)
        inside = _spans(torch.tensor([len(words) for words in sentences])).to(types.device)
        indices = ((types < len(self.labels)) & inside).nonzero()
        scored: list[list[tuple[float, Span]]] = [[] for _ in sentences]
        values = (best[indices.unbind(1)].tolist(), types[indices.unbind(1)].tolist())
        places = to_half_open(indices[:, 1:]).tolist()
        for row, (start, end), value, kind in zip(
            indices[:, 0].tolist(), places, *values, strict=True
        ):
            scored[row].append((value, Span(start, end, self.labels[kind])))
        return [compatible(candidates, bool(self.nested)) for candidates in scored]


def _spans(lengths: Tensor) -> Tensor:
    """The mask (B, M, M) of spans with l ≤ r inside their sentence."""
    index = torch.arange(int(lengths.max()))
    return (index[:, None] <= index) & (index < lengths[:, None])[:, None]


def compatible(scored: Iterable[tuple[float, Span]], nested: bool) -> tuple[Span, ...]:
    """The spans that conflict with no better one, in text order (section 2.3 of Yu et al.): no
    crossing ones if `nested`, else no overlapping ones."""
    in_conflict = conflict_rule(flat=not nested)
    selected: list[Span] = []
    for _, span in sorted(scored, key=lambda item: (-item[0], item[1])):
        if not any(in_conflict(span, other) for other in selected):
            selected.append(span)
    return tuple(sorted(selected))
