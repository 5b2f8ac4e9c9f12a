"""What a training step costs, ours and the tagger's: the real loop, on the same batches."""

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

_STEPS = 10
"""Between two reports of a training; an epoch is longer than what is measured."""
_EVERY = 10
"""Words to an entity in text without annotation: about what news has."""


def step_seconds(
    model: DiffusionNER, examples: Sequence[Example], config: TrainingConfig, rounds: int
) -> list[dict[str, Any]]:
    """Seconds a step (forward, backward, optimiser) of both, in turns: a row each.

    A turn is what training takes between two of its reports; the first warms up. The model's
    weights change.
    """
    enough = list(islice(cycle(examples), _STEPS * (rounds + 2) * config.batch_size))
    device = model.device
    learners: dict[str, Learner] = {
        "training step": DiffusionLearner(model, config),
        "tagger's training step": BaselineLearner(Tagger(model).to(device)),
    }
    with TemporaryDirectory() as folder:
        runs = {
            what: train(learner, enough, enough[:1], config, Path(folder) / str(number))
            for number, (what, learner) in enumerate(learners.items())
        }
        paces: dict[str, list[float]] = {what: [] for what in runs}
        reached = dict.fromkeys(runs, 0)
        for turn in range(rounds + 1):
            for what, run in runs.items():
                start = now(device)
                step = next(run).step
                if turn:
                    paces[what].append((now(device) - start) / (step - reached[what]))
                reached[what] = step
    seconds = {what: statistics.median(each) for what, each in paces.items()}
    tagger = seconds["tagger's training step"]
    return [
        {"what": what, "ms_a_step": 1000 * each, "of_tagger": each / tagger}
        for what, each in seconds.items()
    ]


def annotated(sentences: Sequence[Sequence[str]], labels: Sequence[str]) -> list[Example]:
    """Text with as many made-up entities of two words as news has, since what a step costs
    depends on their number and not on their sense."""
    return [
        Example(
            tuple(words),
            tuple(
                Span(start, start + 2, labels[start % len(labels)])
                for start in range(0, len(words) - 1, _EVERY)
            ),
        )
        for words in sentences
    ]
