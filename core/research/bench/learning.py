"""Time per training step of the model and of the tagger, in the real loop on the same batches."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ...baselines.base import BaselineLearner
from ...baselines.tagger import Tagger
from ...config import TrainingConfig
from ...modeling.model import DiffusionNER
from ...training.learner import DiffusionLearner, Learner
from ...training.trainer import train
from ...types import Example, Span
from .timing import now

_STEPS_PER_REPORT = 10
"""Steps between two reports of a training; an epoch is longer than the measurement."""
_WORDS_PER_ENTITY = 10
"""Words per entity in text without annotation, as in news."""


def step_seconds(
    model: DiffusionNER, examples: Sequence[Example], config: TrainingConfig, rounds: int
) -> list[dict[str, Any]]:
    """One row each for the time per step (forward, backward, optimiser) of the two, measured in
    turns.

    A turn is the time between two reports of training; the first is a warm-up. The model's weights
    change.
    """
    repeated = list(islice(cycle(examples), _STEPS_PER_REPORT * (rounds + 2) * config.batch_size))
    device = model.device
    learners: dict[str, Learner] = {
        "training step": DiffusionLearner(model, config),
        "tagger's training step": BaselineLearner(Tagger(model).to(device)),
    }
    with TemporaryDirectory() as folder:
        runs = {
            what: train(learner, repeated, repeated[:1], config, Path(folder) / str(number))
            for number, (what, learner) in enumerate(learners.items())
        }
        seconds_by_job: dict[str, list[float]] = {what: [] for what in runs}
        last_step = dict.fromkeys(runs, 0)
        for number in range(rounds + 1):
            for what, run in runs.items():
                start = now(device)
                step = next(run).step
                if number:
                    seconds_by_job[what].append((now(device) - start) / (step - last_step[what]))
                last_step[what] = step
    seconds = {what: statistics.median(median) for what, median in seconds_by_job.items()}
    tagger = seconds["tagger's training step"]
    return [
        {"what": what, "ms_a_step": 1000 * median, "of_tagger": median / tagger}
        for what, median in seconds.items()
    ]


def with_made_up_entities(
    sentences: Sequence[Sequence[str]], labels: Sequence[str]
) -> list[Example]:
    """Text with made-up entities of two words at news density, since the cost of a step depends on
    their number only."""
    return [
        Example(
            tuple(words),
            tuple(
                Span(start, start + 2, labels[start % len(labels)])
                for start in range(0, len(words) - 1, _WORDS_PER_ENTITY)
            ),
        )
        for words in sentences
    ]
