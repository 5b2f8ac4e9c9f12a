"""Standardise embeddings: the same for every project, so that sums of several documents add up."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ...installation import SAMPLES
from ...modeling.model import DiffusionNER
from ...text.segmentation import sentences
from ...text.tokenization import tokenize
from .embeddings import embed_spans

_SMALLEST = 1e-3
_SENTENCES = 100
"""Enough for a mean and a deviation."""


@dataclass(frozen=True)
class Scaling:
    """Mean and standard deviation (F,) of a model's span embeddings on the bundled samples."""

    mean: Tensor
    deviation: Tensor

    def __call__(self, embeddings: Tensor) -> Tensor:
        """Standardise (S, F)."""
        return (embeddings - self.mean) / self.deviation

    @classmethod
    def of(cls, model: DiffusionNER) -> Scaling:
        """Measure a model's embeddings."""
        batch = []
        for path in sorted(SAMPLES.glob("*.txt")):
            text = path.read_text("utf-8")
            tokens = tokenize(text)
            batch += [
                [text[token.start : token.end] for token in tokens[start:end]][
                    : model.config.max_words
                ]
                for start, end in sentences(text, tokens)
            ]
        embeddings = torch.cat(
            [spans.embeddings for spans in embed_spans(model, batch[:_SENTENCES])]
        )
        return cls(embeddings.mean(0), embeddings.std(0) + _SMALLEST)
