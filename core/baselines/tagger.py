"""The baseline for flat entities: a BIO tagger on the same sentence encoder.

It has one label for each word, so it is trained on the outermost of nested entities. B sentences, M
words, G tags.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..modeling.model import DiffusionNER
from ..text.tag_schemes import decode_tags, encode_tags, split_tag
from ..types import Example, Span
from .base import UNKNOWN_LOGIT, Baseline


class Tagger(Baseline):
    """A linear layer of BIO tags on DiffusionNER's sentence encoder."""

    kind = "tagger"
    label_rows = ("scores.weight", "scores.bias")

    def __init__(self, host: DiffusionNER) -> None:
        super().__init__(host)
        self.tags = ["O", *(f"{part}-{label}" for label in self.labels for part in "BI")]
        self.scores = nn.Linear(host.config.hidden_size, len(self.tags))

    @property
    def outputs(self) -> list[tuple[str, str]]:
        return [split_tag(tag, in_cell=False) for tag in self.tags]

    def forward(self, sentences: Sequence[Sequence[str]]) -> Tensor:
        """Logits (B, M, G)."""
        return self.scores(self.encoder(self.batch(sentences)))

    def loss(self, examples: Sequence[Example]) -> Tensor:
        """Cross-entropy over the words."""
        logits = self([example.words for example in examples])
        targets = torch.full(logits.shape[:2], -100)
        unknown = torch.zeros(len(examples), len(self.tags), dtype=torch.bool)
        for row, example in enumerate(examples):
            tags, _ = encode_tags(example.entities, len(example.words), "BIO")
            targets[row, : len(tags)] = torch.tensor([self.tags.index(tag) for tag in tags])
            if example.labels is not None:
                missing = [tag[2:] not in example.labels for tag in self.tags[1:]]
                unknown[row, 1:] = torch.tensor(missing)
        logits = logits.masked_fill(unknown.to(logits.device)[:, None], UNKNOWN_LOGIT)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten().to(logits.device))

    def decode(self, sentences: Sequence[Sequence[str]]) -> list[tuple[Span, ...]]:
        best = self(sentences).argmax(-1).tolist()
        return [
            decode_tags([self.tags[index] for index in indices[: len(words)]], in_cells=False)
            for words, indices in zip(sentences, best, strict=True)
        ]
