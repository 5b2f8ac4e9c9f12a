"""Standardise embeddings: the same for every project, so that sums of several documents add up.

A model folder may hold what was measured, so that a first document need not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from ...installation import PROGRAM, SAMPLES
from ...modeling.model import SPAN_SCALING, DiffusionNER
from ...text.segmentation import sentences
from ...text.tokenization import tokenize
from ...whole_files import whole_path
from .embeddings import embed_spans

_SMALLEST = 1e-3
_SENTENCES = 100
"""Enough for a mean and a deviation."""
_PART = 10
"""Sentences that are embedded without a pause."""
_REMEDY = f"delete it, or measure again: `{PROGRAM} scaling --model"


class ScalingError(ValueError):
    """A model folder's scaling that is not this model's; the message says what to do."""


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

    def save(self, folder: Path) -> None:
        """Write it beside the model's weights. If the process is killed, what was there remains."""
        with whole_path(folder / SPAN_SCALING) as file:
            save_file({"mean": self.mean, "deviation": self.deviation}, file)

    @classmethod
    def load(cls, folder: Path, model: DiffusionNER) -> Scaling | None:
        """Read what was measured of the folder's model; None where nothing was. Raises
        ScalingError."""
        file = folder / SPAN_SCALING
        if not file.is_file():
            return None
        try:
            tensors = load_file(file)
            scaling = cls(tensors["mean"], tensors["deviation"])
        except (SafetensorError, KeyError) as error:
            raise ScalingError(f"{file} is damaged: {error}; {_REMEDY} {folder}`") from None
        shape = (model.denoiser.span_embedding_size,)
        for tensor in (scaling.mean, scaling.deviation):
            if (
                tensor.shape != shape
                or tensor.dtype != torch.float32
                or not tensor.isfinite().all()
            ):
                raise ScalingError(
                    f"{file} has {tensor.dtype} of {tuple(tensor.shape)}, expected finite "
                    f"{torch.float32} of {shape}; {_REMEDY} {folder}`"
                )
        if not (scaling.deviation > 0).all():
            raise ScalingError(f"{file} has deviations that are not above 0; {_REMEDY} {folder}`")
        return scaling


def measure_folder(folder: Path, model: DiffusionNER) -> None:
    """Measure the model that was loaded from a folder and keep the result beside its weights. An
    installed package, which has no sample documents to measure on, leaves the folder as it is."""
    if SAMPLES.is_dir():
        Scaling.of(model).save(folder)


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
