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
from .decoding import alone
from .ensemble import pairwise_f1
from .pipeline import Pipeline

SEEDS = 3
"""How many seeds are asked."""
PART = 100
"""Words that are read together."""

Span = tuple[int, int, int, str]
"""A sentence's number, and a place in it with a label."""


@dataclass(frozen=True, slots=True)
class Look:
    """A text in three measures."""

    doubt: float
    """1 - the mean P^c of what the first seed suggests; 0 where it suggests nothing."""
    disagreement: float
    """1 - the mean F1 of each two seeds' suggestions; 0 where none suggests anything."""
    vector: tuple[float, ...]
    """The mean word state; zeros for a text without words."""


def look(pipeline: Pipeline, text: str, settings: SamplerSettings = SamplerSettings()) -> Look:
    """The measures of a text, read as a whole. See `looks` for one that can make way."""
    *_, last = looks(pipeline, text, settings)
    return last


def looks(
    pipeline: Pipeline, text: str, settings: SamplerSettings = SamplerSettings()
) -> Iterator[Look]:
    """The measures of what was read so far, told again after every small piece of work; the last
    one is the whole text's.

    `SEEDS` seeds are denoised, from `settings.seed` on, and a sentence is encoded once for all.
    """
    model, sentences = pipeline.model, pipeline.read(text).sentences
    ensemble_settings, threshold = replace(settings, ensemble=SEEDS), threshold_of(model, settings)
    said: list[set[Span]] = [set() for _ in range(SEEDS)]
    sure: list[float] = []
    total, words = torch.zeros(model.config.hidden_size), 0
    seen = _look(said, sure, total, words)
    yield seen
    for rows in _parts(sentences):
        batch = [sentences[row] for row in rows]
        states, encoded = _encode(model, batch)
        history: list[SamplerStep] = []
        for step in denoise(model, batch, ensemble_settings, encoded=encoded):
            history.append(step)
            yield seen
        for seed, found in enumerate(
            alone(history, model.config.labels, threshold, ensemble_settings.flat)
        ):
            for row, kept in zip(rows, found, strict=True):
                said[seed] |= {(row, each.start, each.end, each.label) for each in kept}
                if seed == 0:
                    sure += [each.confidence.type for each in kept if each.confidence]
        total, words = total + states, words + sum(map(len, batch))
        seen = _look(said, sure, total, words)
        yield seen


def _parts(sentences: Sequence[Sequence[str]]) -> Iterator[list[int]]:
    """The sentences' numbers, in runs of `PART` words or a little more."""
    part: list[int] = []
    words = 0
    for row, sentence in enumerate(sentences):
        part.append(row)
        words += len(sentence)
        if words >= PART:
            yield part
            part, words = [], 0
    if part:
        yield part


def _look(said: Sequence[set[Span]], sure: Sequence[float], total: Tensor, words: int) -> Look:
    vector = tuple((total / max(1, words)).tolist())
    return Look(1 - mean(sure) if sure else 0.0, 1 - pairwise_f1(said), vector)


@torch.inference_mode()
def _encode(model: DiffusionNER, sentences: Sequence[Sequence[str]]) -> tuple[Tensor, EncodedBatch]:
    """The sum of the word states (H,), and the sentences as the denoiser reads them."""
    batch = model.batch(sentences)
    with mixed_precision(model.device):
        states = model.encoder(batch)
        encoded = model.denoiser.encode(states, batch.lengths)
    return states.float().sum((0, 1)).cpu(), encoded
