"""Learning from corrections, warm-started from a model; and old against new.

Imports torch: only the worker loads this module, and only once a job runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import chain
from pathlib import Path
from typing import Any

from app.services.model_registry.significance import Counts, paired_bootstrap
from app.services.retraining.training_data import RetrainingSettings, Snapshot
from core.config import Architecture, TrainingConfig, fine_tuning_settings
from core.data.examples import read_examples
from core.data.fitting import fit_to_window
from core.data.readers.objects import read_jsonl
from core.data.readers.records import lines_of
from core.devices import best_device
from core.evaluation.evaluate import select_spans
from core.evaluation.metrics import Scores, score
from core.inference.candidates import propose
from core.modeling.model import DiffusionNER
from core.training.fine_tuning import (
    fine_tuning_config,
    fine_tuning_learner,
    with_epochs,
)
from core.training.label_sets import label_change
from core.training.records import TrainingRecord
from core.training.trainer import train
from core.types import Example, SamplerSettings, Span


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
    """Scores of parent and new model on the holdout split, the sampler they were taken with, and
    the difference of their F1 by a paired bootstrap over `documents`; None if it is undefined.

    What the parent says of labels that the project does not have is no error.
    """
    old = _measure(Path(snapshot.parent_path), folder, snapshot)
    ours = _measure(new, folder, snapshot)
    tested = paired_bootstrap(_counts(old), _counts(ours))
    return {
        "old": _total(old).to_json(),
        "new": _total(ours).to_json(),
        "sampler": asdict(_sampler(snapshot)),
        "difference": None if tested.estimate is None else asdict(tested.estimate),
        "documents": tested.documents,
    }


def _sampler(snapshot: Snapshot) -> SamplerSettings:
    """Models are measured with the settings that suggestions are made with."""
    return SamplerSettings(flat=not snapshot.nested)


Scored = list[tuple[Example, list[Span]]]
"""The sentences of a document, each with what a model finds in it."""


def _measure(path: Path, folder: Path, snapshot: Snapshot) -> list[Scored]:
    """The held-out documents, as a model reads them, by today's names of labels: several of the
    model's may be one label of the project."""
    model = DiffusionNER.load(path, best_device())
    sampler, held_out = _sampler(snapshot), folder / "holdout.jsonl"
    documents = [
        fit_to_window(model, _annotated(row.examples, snapshot))
        for _, row in read_jsonl(held_out, lines_of(held_out))
    ]
    words = [example.words for document in documents for example in document]
    found = iter(propose(model, words, sampler))
    threshold = model.config.phi(sampler.flat)
    return [
        [
            (example, _renamed(select_spans(next(found), threshold, sampler.flat), snapshot.names))
            for example in document
        ]
        for document in documents
    ]


def _renamed(spans: Iterable[Span], names: Mapping[str, str]) -> list[Span]:
    return [replace(span, label=names.get(span.label, span.label)) for span in spans]


def _total(documents: Sequence[Scored]) -> Scores:
    return score(chain.from_iterable(documents))


def _counts(documents: Sequence[Scored]) -> list[Counts]:
    overall = (score(document).overall for document in documents)
    return [Counts(count.gold, count.predicted, count.correct) for count in overall]


def _annotated(examples: Iterable[Example], snapshot: Snapshot) -> list[Example]:
    """The project's people looked for all of its labels, and for no others."""
    return [replace(example, labels=frozenset(snapshot.labels)) for example in examples]


def _examples(model: DiffusionNER, folder: Path, name: str, snapshot: Snapshot) -> list[Example]:
    return fit_to_window(model, read_examples(folder / f"{name}.jsonl", snapshot.labels))
