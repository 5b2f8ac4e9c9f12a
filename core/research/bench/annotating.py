"""Sentences per second of annotation, and the time of its parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch

from ...baselines.tagger import Tagger
from ...devices import mixed_precision
from ...inference.candidates import propose, threshold_of
from ...modeling.model import DiffusionNER
from ...types import SamplerSettings
from .timing import Stopwatch, interleaved, now

Sentences = Sequence[Sequence[str]]
Row = dict[str, Any]


def speeds(
    model: DiffusionNER,
    sentences: Sentences,
    steps: Sequence[int],
    num_spans: Sequence[int],
    rounds: int,
) -> list[Row]:
    """One row each for the tagger, the encoder alone, and every γ with every K.

    The tagger is untrained: its speed does not depend on its weights.
    """
    tagger = Tagger(model).to(model.device).eval()
    settings = {(g, k): SamplerSettings(steps=g, num_spans=k) for g in steps for k in num_spans}
    jobs: dict[str, Callable[[], object]] = {
        "tagger": lambda: tagger.predict(sentences),
        "encoder alone": lambda: _encode(model, sentences),
        **{
            setting_name(*key): partial(_annotate, model, sentences, sampler)
            for key, sampler in settings.items()
        },
    }
    seconds = interleaved(jobs, rounds, model.device)
    return [
        {
            "what": name,
            "sentences_per_second": len(sentences) / median,
            "of_tagger": seconds["tagger"] / median,
        }
        for name, median in seconds.items()
    ]


def setting_name(steps: int, num_spans: int) -> str:
    """The name of a setting in the table."""
    return f"γ = {steps}, K = {num_spans}"


def parts(
    model: DiffusionNER, sentences: Sentences, settings: SamplerSettings, rounds: int
) -> list[Row]:
    """Milliseconds per sentence of each part of one annotation; they add up to the total.

    What remains after the model's own parts is candidate selection, DDIM steps and decoding.
    """
    timed: dict[str, tuple[object, str]] = {
        "tokenisation": (model, "batch"),
        "encoder": (model.encoder, "forward"),
        "sentence read for the decoder": (model.denoiser, "encode"),
        "decoder, all steps": (model.denoiser, "forward"),
        "types": (model.denoiser, "type_logits"),
    }
    runs: list[dict[str, float]] = []
    for _ in range(rounds):
        stopwatch = Stopwatch(model.device)
        with stopwatch.watching(timed):
            start = now(model.device)
            _annotate(model, sentences, settings)
            total = now(model.device) - start
        rest = total - sum(stopwatch.seconds.values())
        runs.append({**stopwatch.seconds, "sampling and decoding": rest, "whole": total})
    chosen = sorted(runs, key=lambda run: run["whole"])[len(runs) // 2]  # one run: it adds up
    return [
        {
            "what": name,
            "ms_a_sentence": 1000 * seconds / len(sentences),
            "share": seconds / chosen["whole"],
        }
        for name, seconds in chosen.items()
    ]


def _annotate(model: DiffusionNER, sentences: Sentences, settings: SamplerSettings) -> None:
    """Propose what reaches φ, as `Pipeline` does."""
    propose(model, sentences, settings, threshold_of(model, settings))


@torch.inference_mode()
def _encode(model: DiffusionNER, sentences: Sentences) -> None:
    for rows in model.inference_batches(sentences):
        with mixed_precision(model.device):
            model.encoder(model.batch([sentences[row] for row in rows]))
