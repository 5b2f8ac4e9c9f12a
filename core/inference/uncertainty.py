"""What a model says of a whole text, to decide whether somebody should read it soon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import mean

import torch
from torch import Tensor

from ..devices import mixed_precision
from ..diffusion.sampler import SamplerStep, denoise
from ..evaluation.evaluate import threshold_of
from ..modeling.denoiser import EncodedBatch
from ..modeling.model import DiffusionNER
from ..types import SamplerSettings
from .decoding import candidates_by_seed
from .ensemble import pairwise_f1
from .pipeline import Pipeline

SEEDS = 3
"""How many seeds are asked."""
CHUNK_WORDS = 100
"""Words that are read together."""

SpanKey = tuple[int, int, int, str]
"""A sentence's number, and a place in it with a label."""


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """A text in three measures."""

    least_confidence: float
    """1 - the mean P^c of what the first seed suggests; 0 where it suggests nothing."""
    disagreement: float
    """1 - the mean F1 of each two seeds' suggestions; 0 where none suggests anything."""
    vector: tuple[float, ...]
    """The mean word state; zeros for a text without words."""


def estimate_uncertainty(
    pipeline: Pipeline, text: str, settings: SamplerSettings = SamplerSettings()
) -> Uncertainty:
    """The measures of a text, read as a whole. See `iter_uncertainty` for one that can make way."""
    *_, last = iter_uncertainty(pipeline, text, settings)
    return last


def iter_uncertainty(
    pipeline: Pipeline, text: str, settings: SamplerSettings = SamplerSettings()
) -> Iterator[Uncertainty]:
    """The measures of what was read so far, told again after every small piece of work; the last
    one is the whole text's.

    `SEEDS` seeds are denoised, from `settings.seed` on, and a sentence is encoded once for all.
    """
    model, sentences = pipeline.model, pipeline.read(text).sentences
    ensemble_settings, threshold = replace(settings, ensemble=SEEDS), threshold_of(model, settings)
    predictions: list[set[SpanKey]] = [set() for _ in range(SEEDS)]
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
                predictions[seed] |= {
                    (row, candidate.start, candidate.end, candidate.label)
                    for candidate in predicted
                }
                if seed == 0:
                    type_probs += [
                        candidate.confidence.type for candidate in predicted if candidate.confidence
                    ]
        state_sum, num_words = state_sum + states, num_words + sum(map(len, batch))
        estimate = _summarize(predictions, type_probs, state_sum, num_words)
        yield estimate


def _chunks(sentences: Sequence[Sequence[str]]) -> Iterator[list[int]]:
    """The sentences' numbers, in runs of `CHUNK_WORDS` words or a little more."""
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
    predictions: Sequence[set[SpanKey]],
    type_probs: Sequence[float],
    state_sum: Tensor,
    num_words: int,
) -> Uncertainty:
    vector = tuple((state_sum / max(1, num_words)).tolist())
    return Uncertainty(
        1 - mean(type_probs) if type_probs else 0.0, 1 - pairwise_f1(predictions), vector
    )


@torch.inference_mode()
def _encode(model: DiffusionNER, sentences: Sequence[Sequence[str]]) -> tuple[Tensor, EncodedBatch]:
    """The sum of the word states (H,), and the sentences as the denoiser reads them."""
    batch = model.batch(sentences)
    with mixed_precision(model.device):
        states = model.encoder(batch)
        encoded = model.denoiser.encode(states, batch.lengths)
    return states.float().sum((0, 1)).cpu(), encoded
