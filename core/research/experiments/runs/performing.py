"""Perform a run: train, resuming if interrupted, then measure."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from ....config import TrainingConfig
from ....evaluation.measure import with_annotated_labels
from ....training.fine_tuning import fine_tuning_config
from ....training.records import Evaluated, Progress, TrainingRecord
from ....training.trainer import train
from ....types import Example
from .candidate import BaselineModel, CandidateModel, build_model
from .material import is_flat, labels_of, test_examples, training_examples
from .measures import MeasureInput, measured
from .plan import Run
from .store import weights_of, write_atomically

_LOG = "diary.json"
_MAX_EVALUATIONS = 20
"""The maximum number of development scores for trainings with short epochs."""


def perform(run: Run, folder: Path) -> Generator[TrainingRecord, None, dict[str, Any]]:
    """Train and measure; yields the training's records and returns the result.

    The weights stay in the folder until the result is written: see
    `core.research.experiments.runs.store.write_row`.
    """
    flat = {corpus.name: is_flat(corpus) for corpus in run.corpora}
    labels = labels_of(run)
    examples, dev = training_examples(run)
    config = _config(run, len(examples))
    trained = build_model(run, labels, config, all(flat.values()), dev)
    weights = weights_of(folder)
    summary: dict[str, Any] = {}
    if run.trains:
        summary = yield from _train(trained, examples, dev, config, run.points, weights)
    trained.learner.network.eval()
    rows = []
    for corpus in run.corpora:
        tests = trained.fit_to_window(test_examples(corpus, run))
        data = MeasureInput(tests, trained.fit_to_window(with_annotated_labels(dev)), run.samplers)
        rows_of_corpus = measured(trained, run.measure, data, flat[corpus.name])
        cells = {"corpus": corpus.name, "flat_corpus": flat[corpus.name]}
        rows += [{**cells, **row} for row in rows_of_corpus]
    state = trained.learner.network.state_dict().values()
    parameters = sum(value.numel() for value in state if value.is_floating_point())
    return {**summary, "parameters": parameters, "sentences": len(examples), "measures": rows}


def _config(run: Run, examples: int) -> TrainingConfig:
    """The run's settings, with the epochs that few sentences need."""
    config = run.training
    if run.start is not None:
        return config if "epochs" in run.overrides else fine_tuning_config(examples, config)
    needed = math.ceil(run.min_steps / max(1, math.ceil(examples / config.batch_size)))
    if needed <= config.epochs:
        return config
    every = max(config.evaluate_every, needed // _MAX_EVALUATIONS)
    return replace(config, epochs=needed, patience=needed, evaluate_every=every)


def _train(
    trained: CandidateModel | BaselineModel,
    examples: list[Example],
    dev: list[Example],
    config: TrainingConfig,
    points: int,
    folder: Path,
) -> Generator[TrainingRecord, None, dict[str, Any]]:
    """Train and restore the best version; the log survives a kill, as the checkpoint does."""
    fitted, dev_examples = trained.fit_to_window(examples), trained.fit_to_window(dev)
    log = _TrainingLog(folder / _LOG)
    per_epoch = math.ceil(len(fitted) / config.batch_size)
    every = max(10, per_epoch // (points + 1)) if points else 0
    stream = () if log.finished else train(trained.learner, fitted, dev_examples, config, folder)
    for record in stream:
        if isinstance(record, Evaluated):
            log.add(record.step, record.scores.f1, end_of_epoch=True)
        elif (
            isinstance(record, Progress)
            and every
            and record.step % per_epoch
            and _crosses(record.step, every)
        ):
            log.add(record.step, _development(trained, dev_examples), end_of_epoch=False)
        yield record
    log.finish()
    trained.restore(folder)
    return log.summary(config.epochs * per_epoch)


def _crosses(step: int, every: int) -> bool:
    """Whether the last ten steps contain a multiple of `every`: training reports every ten."""
    return step // every != (step - 10) // every


@torch.inference_mode()
def _development(trained: CandidateModel | BaselineModel, examples: list[Example]) -> float | None:
    trained.learner.network.eval()
    return trained.learner.evaluate(examples).f1


class _TrainingLog:
    """Development F1 by step, None where undefined, and the seconds of training over all its
    parts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.points: dict[int, tuple[float | None, bool]] = {}
        self.seconds = 0.0
        self.finished = False
        if path.is_file():
            saved = json.loads(path.read_text("utf-8"))
            self.points = {int(step): (f1, end) for step, f1, end in saved["points"]}
            self.seconds, self.finished = saved["seconds"], saved["finished"]
        self.since = time.monotonic()

    def add(self, step: int, f1: float | None, end_of_epoch: bool) -> None:
        self.points = {at_step: value for at_step, value in self.points.items() if at_step < step}
        self.points[step] = (f1, end_of_epoch)
        self._write()

    def finish(self) -> None:
        """Mark the training as finished, so that it is not repeated if measuring is killed."""
        self.finished = True
        self._write()

    def _write(self) -> None:
        now = time.monotonic()
        self.seconds, self.since = self.seconds + now - self.since, now
        points = [(step, *value) for step, value in self.points.items()]
        saved = {"seconds": self.seconds, "finished": self.finished, "points": points}
        write_atomically(self.path, json.dumps(saved))

    def summary(self, planned: int) -> dict[str, Any]:
        at_ends = [f1 for f1, end in self.points.values() if end and f1 is not None]
        return {
            "train_seconds": self.seconds,
            "steps": max(self.points),
            "planned_steps": planned,
            "best_dev_f1": max(at_ends, default=None),
            "points": [(step, f1) for step, (f1, _) in self.points.items()],
        }
