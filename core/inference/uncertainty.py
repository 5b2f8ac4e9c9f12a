"""Estimate a model's uncertainty about a text, for active learning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import mean

import torch
from torch import Tensor

from ..devices import mixed_precision
from ..diffusion.sampler import SamplerStep, denoise
from ..modeling.model import DiffusionNER
from ..modeling.network import EncodedBatch
from ..types import Key, SamplerSettings
from .candidates import candidates_by_seed, threshold_of
from .ensemble import pairwise_f1
from .pipeline import Pipeline

SEEDS = 3
"""The number of seeds in the ensemble."""
CHUNK_WORDS = 100
"""Words that are encoded and denoised together."""


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Signals of a text for ranking documents."""

    least_confidence: float
    """1 - the mean P^c of the first seed's suggestions; 0 without suggestions."""
    disagreement: float
    """1 - the mean pairwise F1 between the seeds' suggestions; two that suggest nothing agree."""
    vector: tuple[float, ...]
    """The mean word state; zeros for a text without words."""


def iter_uncertainty(
    pipeline: Pipeline, text: str, settings: SamplerSettings = SamplerSettings()
) -> Iterator[Uncertainty]:
    """Yield a running estimate after every small piece of work; the last one covers the whole text.

    `SEEDS` seeds are denoised, from `settings.seed` on; each sentence is encoded once for all of
    them.
    """
    model, sentences = pipeline.model, pipeline.read(text).sentences
    ensemble_settings, threshold = replace(settings, ensemble=SEEDS), threshold_of(model, settings)
    predictions: list[set[tuple[int, Key]]] = [set() for _ in range(SEEDS)]
    type_probs: list[float] = []
    state_sum, num_words = torch.zeros(model.config.hidden_size), 0
    estimate = _summarize(predictions, type_probs, state_sum, num_words)
    yield estimate
    for rows in _chunks(sentences):
        batch = [sentences[row] for row in rows]
        states, encoded = _encode(model, batch)
        history: list[SamplerStep] = []
        for step in denoise(model, batch, ensemble_settings, encoded=encoded):
            history.append(step)
            yield estimate
        for seed, by_sentence in enumerate(
            candidates_by_seed(history, model.config.labels, threshold, ensemble_settings.flat)
        ):
            for row, predicted in zip(rows, by_sentence, strict=True):
                predictions[seed] |= {(row, candidate.span.key) for candidate in predicted}
                if seed == 0:
                    type_probs += [
                        candidate.confidence.type for candidate in predicted if candidate.confidence
                    ]
        state_sum, num_words = state_sum + states, num_words + sum(map(len, batch))
        estimate = _summarize(predictions, type_probs, state_sum, num_words)
        yield estimate


def _chunks(sentences: Sequence[Sequence[str]]) -> Iterator[list[int]]:
    """Indices of consecutive sentences with at least `CHUNK_WORDS` words together."""
    chunk: list[int] = []
    num_words = 0
    for row, sentence in enumerate(sentences):
        chunk.append(row)
        num_words += len(sentence)
        if num_words >= CHUNK_WORDS:
            yield chunk
            chunk, num_words = [], 0
    if chunk:
        yield chunk


def _summarize(
    predictions: Sequence[set[tuple[int, Key]]],
    type_probs: Sequence[float],
    state_sum: Tensor,
    num_words: int,
) -> Uncertainty:
    agreement = mean(1.0 if f1 is None else f1 for f1 in pairwise_f1(predictions))
    vector = tuple((state_sum / max(1, num_words)).tolist())
    return Uncertainty(1 - mean(type_probs) if type_probs else 0.0, 1 - agreement, vector)


@torch.inference_mode()
def _encode(model: DiffusionNER, sentences: Sequence[Sequence[str]]) -> tuple[Tensor, EncodedBatch]:
    """The sum of the word states (H,), and the encoded sentences."""
    batch = model.batch(sentences)
    with mixed_precision(model.device):
        states = model.encoder(batch)
        encoded = model.denoiser.encode(states, batch.lengths)
    return states.float().sum((0, 1)).cpu(), encoded
