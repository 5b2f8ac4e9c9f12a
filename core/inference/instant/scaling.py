"""Standardise embeddings: the same for every project, so that sums of several documents add up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
_PART = 10
"""Sentences that are embedded without a pause."""


@dataclass(frozen=True)
class Scaling:
    """Mean and standard deviation (F,) of a model's span embeddings on the bundled samples."""

    mean: Tensor
    deviation: Tensor

    def __call__(self, embeddings: Tensor) -> Tensor:
        """Standardise (S, F)."""
        return (embeddings - self.mean).div_(self.deviation)

    @classmethod
    def of(cls, model: DiffusionNER) -> Scaling:
        """Measure a model's embeddings."""
        return cls.of_embeddings(list(sample_embeddings(model)))

    @classmethod
    def of_embeddings(cls, parts: Sequence[Tensor]) -> Scaling:
        """Measure `sample_embeddings`."""
        embeddings = torch.cat(list(parts))
        return cls(embeddings.mean(0), embeddings.std(0) + _SMALLEST)


def sample_embeddings(model: DiffusionNER) -> Iterator[Tensor]:
    """Embed the bundled samples, which takes seconds: a part at each step."""
    batch = _sample_sentences(model.config.max_words)
    for first in range(0, len(batch), _PART):
        spans = embed_spans(model, batch[first : first + _PART])
        yield torch.cat([sentence.embeddings for sentence in spans])


def _sample_sentences(max_words: int) -> list[list[str]]:
    batch: list[list[str]] = []
    for path in sorted(SAMPLES.glob("*.txt")):
        text = path.read_text("utf-8")
        tokens = tokenize(text)
        words = [text[token.start : token.end] for token in tokens]
        batch += [words[start:end][:max_words] for start, end in sentences(text, tokens)]
    return batch[:_SENTENCES]
