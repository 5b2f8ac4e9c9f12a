"""Learning from corrections, warm-started from a model; and old against new.

Imports torch: only the worker loads this module, and only once a job runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.services.retraining import RetrainingSettings, Snapshot
from core.config import TrainingConfig
from core.data import read_examples
from core.evaluation import keep, propose
from core.fitting import fit
from core.learner import DiffusionLearner
from core.metrics import Scores, score
from core.model import DiffusionNER, best_device
from core.training import Evaluated, Progress, train
from core.types import Example, SamplerSettings

STEPS = 240
"""Steps to aim at: two to four minutes of MiniLM on 2 cores, by batches of 8 sentences."""
FEWEST_EPOCHS, MOST_EPOCHS = 3, 30
TUNE_FROM = 300
"""Development entities from which on φ is tuned anew. Tuned on 40 (34 documents of wikigold) it
rose from 1.5 to 2.5, and F1 on the held-back documents fell from 55.6 to 47.8."""
SAMPLER = SamplerSettings()
"""Both models are measured with the settings that suggestions are made with."""


def learn(
    folder: Path, snapshot: Snapshot, settings: RetrainingSettings, out: Path
) -> Iterator[Progress | Evaluated]:
    """Train the parent on the snapshot in `folder`, for the project's labels, into `out`.

    Goes on from the checkpoint in `out` if there is one. To stop iterating is to cancel.
    """
    model = DiffusionNER.load(snapshot.parent_path).with_labels(snapshot.labels).to(best_device())
    examples = _examples(model, folder, "train", snapshot)
    dev = _examples(model, folder, "dev", snapshot)
    config = training_config(settings, len(examples))
    spared = snapshot.dev_source != "train"
    tunable = spared and sum(len(each.entities) for each in dev) >= TUNE_FROM
    kind = DiffusionLearner if tunable else _KeepsThreshold
    yield from train(kind(model, config), examples, dev, config, out)


def training_config(settings: RetrainingSettings, sentences: int) -> TrainingConfig:
    """Many epochs over few sentences, few over many; patient where an epoch is short."""
    per_epoch = -(-sentences // settings.batch_size)
    chosen = min(max(round(STEPS / per_epoch), FEWEST_EPOCHS), MOST_EPOCHS)
    epochs = settings.epochs or chosen
    return TrainingConfig(
        epochs=epochs,
        patience=max(3, epochs // 4),
        batch_size=settings.batch_size,
        encoder_lr=settings.encoder_lr,
        decoder_lr=settings.decoder_lr,
        seed=settings.seed,
    )


def compare(folder: Path, snapshot: Snapshot, new: Path) -> dict[str, Any]:
    """Scores of parent and new model on the control split, and the sampler they were taken with.

    What the parent says of labels that the project does not have is no error.
    """
    return {
        "old": _measure(Path(snapshot.parent_path), folder, snapshot).to_json(),
        "new": _measure(new, folder, snapshot).to_json(),
        "sampler": asdict(SAMPLER),
    }


def line_of(record: Progress | Evaluated) -> dict[str, Any]:
    """A record as a line of the job's log, see `app.services.job_log`."""
    line: dict[str, Any] = {
        "step": record.step,
        "total_steps": record.total_steps,
        "epoch": record.epoch,
    }
    if isinstance(record, Progress):
        return {**line, "losses": record.losses, "eta_seconds": record.eta_seconds}
    scores = record.scores
    shares = {"precision": scores.precision, "recall": scores.recall, "f1": scores.f1}
    return {**line, **shares, "best": record.best}


@dataclass
class _KeepsThreshold(DiffusionLearner):
    """φ stays the parent's: too few entities, or ones known by heart, would mislead it."""

    def evaluate(self, examples: Sequence[Example]) -> Scores:
        return _score(self.model, examples)


def _measure(path: Path, folder: Path, snapshot: Snapshot) -> Scores:
    model = DiffusionNER.load(path, best_device())
    return _score(model, _examples(model, folder, "control", snapshot))


def _score(model: DiffusionNER, examples: Sequence[Example]) -> Scores:
    found = propose(model, [example.words for example in examples], SAMPLER)
    kept = [keep(each, model.config.threshold, SAMPLER.flat) for each in found]
    return score(zip(examples, kept, strict=True))


def _examples(model: DiffusionNER, folder: Path, name: str, snapshot: Snapshot) -> list[Example]:
    return fit(model, read_examples(folder / f"{name}.jsonl", snapshot.labels))
