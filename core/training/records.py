"""The plain records of a training: what `core.training.trainer.train` yields.

`values` names a record's numbers as `metrics.csv`, TensorBoard and other trackers call them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..evaluation.metrics import Scores

LOSS = "loss_"
"""Begins the name of every loss among the values."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The first record of a training that continues from a checkpoint."""

    step: int
    """The steps that were done before."""
    total_steps: int
    epoch: int
    """The epoch that the next step belongs to."""

    def values(self) -> dict[str, float]:
        return {"resumed": 1}


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a training, reported every few steps."""

    step: int
    total_steps: int
    epoch: int
    losses: Mapping[str, float]
    """The named losses, averaged since the last report."""
    learning_rates: Mapping[str, float]
    """Those of this step, under their names in `TrainingConfig`."""
    seconds: float
    """Since the training began, without the time between an interruption and its resumption."""
    eta_seconds: float

    def values(self) -> dict[str, float]:
        losses = {LOSS + name: value for name, value in self.losses.items()}
        times = {"seconds": self.seconds, "eta_seconds": self.eta_seconds}
        return {**times, **self.learning_rates, **losses}


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The development score after an epoch; see `TrainingConfig.evaluate_every`."""

    step: int
    total_steps: int
    epoch: int
    scores: Scores
    thresholds: Mapping[str, float]
    """φ, nested and flat, under its names in `ModelConfig`; empty for a model without φ."""
    seconds: float
    """As in `Progress`."""
    best: bool
    """Whether this is the best version so far, so that it was saved."""

    def values(self) -> dict[str, float]:
        """Without the scores that are undefined."""
        scores = self.scores
        shares = {"precision": scores.precision, "recall": scores.recall, "f1": scores.f1}
        defined = {name: share for name, share in shares.items() if share is not None}
        return {"seconds": self.seconds, **defined, **self.thresholds, "best": int(self.best)}


TrainingRecord = Resumed | Progress | Evaluated
