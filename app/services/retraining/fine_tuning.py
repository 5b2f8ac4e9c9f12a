"""Learning from corrections, warm-started from a model; and old against new.

Imports torch: only the worker loads this module, and only once a job runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from app.services.retraining.training_data import RetrainingSettings, Snapshot
from core.config import Architecture, TrainingConfig, fine_tuning_settings
from core.data.examples import read_examples
from core.data.fitting import fit_to_window
from core.devices import best_device
from core.evaluation.metrics import Scores
from core.modeling.model import DiffusionNER
from core.training.fine_tuning import (
    fine_tuning_config,
    fine_tuning_learner,
    score_with_own_threshold,
    with_epochs,
)
from core.training.label_sets import label_change
from core.training.records import TrainingRecord
from core.training.trainer import train
from core.types import Example, SamplerSettings


def learn(
    folder: Path, snapshot: Snapshot, settings: RetrainingSettings, out: Path
) -> Iterator[TrainingRecord]:
    """Train the parent on the snapshot in `folder`, for the project's labels, into `out`.

    Goes on from the checkpoint in `out` if there is one; the records are in its `metrics.csv` too.
    To stop iterating is to cancel.
    """
    parent = DiffusionNER.load(snapshot.parent_path).rename_labels(snapshot.names)
    labels = label_change(parent.config.labels, snapshot.labels, "replace").labels
    model = parent.with_labels(labels).to(best_device())
    examples = _examples(model, folder, "train", snapshot)
    for name, looked_for in snapshot.replay.items():
        examples += fit_to_window(model, read_examples(folder / f"{name}.jsonl", looked_for))
    dev = _examples(model, folder, "dev", snapshot)
    config = training_config(settings, len(examples), model.config.architecture)
    chosen_by = dev if snapshot.dev_source != "train" else []  # what is learnt tunes no φ
    learner = fine_tuning_learner(model, config, chosen_by, _sampler(snapshot))
    yield from train(learner, examples, dev, config, out)


def training_config(
    settings: RetrainingSettings, sentences: int, architecture: Architecture = "spanneal"
) -> TrainingConfig:
    """The settings as `core.training.trainer` takes them, with the objective of the model's
    architecture; without epochs, as many as suit the data."""
    chosen = replace(
        fine_tuning_settings(architecture),
        batch_size=settings.batch_size,
        encoder_lr=settings.encoder_lr,
        decoder_lr=settings.decoder_lr,
        seed=settings.seed,
    )
    if settings.epochs is not None:
        return with_epochs(chosen, settings.epochs)
    return fine_tuning_config(sentences, chosen)


def compare(folder: Path, snapshot: Snapshot, new: Path) -> dict[str, Any]:
    """Scores of parent and new model on the holdout split, and the sampler they were taken with.

    What the parent says of labels that the project does not have is no error.
    """
    return {
        "old": _measure(Path(snapshot.parent_path), folder, snapshot).to_json(),
        "new": _measure(new, folder, snapshot).to_json(),
        "sampler": asdict(_sampler(snapshot)),
    }


def _sampler(snapshot: Snapshot) -> SamplerSettings:
    """Models are measured with the settings that suggestions are made with."""
    return SamplerSettings(flat=not snapshot.nested)


def _measure(path: Path, folder: Path, snapshot: Snapshot) -> Scores:
    model = DiffusionNER.load(path, best_device()).rename_labels(snapshot.names)
    return score_with_own_threshold(
        model, _examples(model, folder, "holdout", snapshot), _sampler(snapshot)
    )


def _examples(model: DiffusionNER, folder: Path, name: str, snapshot: Snapshot) -> list[Example]:
    return fit_to_window(model, read_examples(folder / f"{name}.jsonl", snapshot.labels))
