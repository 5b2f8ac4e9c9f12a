"""`crossner` and `few`: fine-tuning a trained model on a new domain and on few corrections."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ....installation import BUNDLED, PROGRAM
from ....training.fine_tuning import MIN_ENTITIES_TO_TUNE
from ..experiment import Experiment, ExperimentConfig
from ..runs.plan import Kind, Run, Size
from ..runs.runner import Done
from ..tables.averages import SCORES, average
from ..tables.report import Chart, Report

DOMAINS = tuple(
    f"crossner_{domain}" for domain in ("politics", "science", "music", "literature", "ai")
)
COUNTS = (10, 25, 50, 100)

_DOMAIN_DEV = 100
"""Development sentences; evaluating more of them would take longer than training."""


def _starts(config: ExperimentConfig) -> Iterator[tuple[Kind, Path]]:
    """Yield the candidate, and the tagger if one is named."""
    yield "ours", config.model or BUNDLED
    if config.tagger is not None:
        yield "tagger", config.tagger


def _without_tagger(config: ExperimentConfig) -> tuple[str, ...]:
    if config.tagger is not None:
        return ()
    return (
        "Without the tagger: `--tagger FOLDER` names one trained on the first model's corpora "
        f"by `{PROGRAM} baseline`.",
    )


def _crossner(config: ExperimentConfig) -> list[Run]:
    runs = [
        Run(
            name=f"warm {corpus_name} {kind} seed {seed}",
            cells=(("model", kind),),
            corpora=corpora,
            kind=kind,
            start=start,
            seed=seed,
            size=Size(dev=_DOMAIN_DEV),
        )
        for corpora, corpus_name, seed in config.corpora_and_seeds(
            DOMAINS, ["crossner_ai", "crossner_politics"], [0, 1, 2]
        )
        for kind, start in _starts(config)
    ]
    return config.sized(runs)


def _few_shot(config: ExperimentConfig) -> list[Run]:
    combinations = config.corpora_and_seeds(
        [*DOMAINS, "wnut17"], ["crossner_ai", "wnut17"], [0, 1, 2]
    )
    runs = [
        Run(
            name=f"few {corpus_name} {kind} {count} seed {seed}",
            cells=(("model", kind), ("corrected", count)),
            corpora=corpora,
            kind=kind,
            start=start,
            seed=seed,
            size=Size(train=count, dev=count),
        )
        for corpora, corpus_name, seed in combinations
        for kind, start in _starts(config)
        for count in COUNTS
    ]
    return config.sized(runs)


def _report_crossner(config: ExperimentConfig, done: Done) -> Report:
    notes = (
        "Both start from a trained model, with the domain's labels: known ones keep their "
        "weights, new ones start from the mean of the known. The settings are those of retraining "
        "on the page. `minutes` is the training, scoring "
        f"on {_DOMAIN_DEV} development sentences after each epoch included.",
    )
    return Report(
        "New domains from a trained model",
        ("corpus", "model", *SCORES),
        tuple(average(done)),
        notes + _without_tagger(config) + config.notes([run for run, _ in done]),
        Chart("corpus", "F1", ("model",)),
    )


def _report_few_shot(config: ExperimentConfig, done: Done) -> Report:
    notes = (
        "`corrected` sentences to learn from, chosen by the seed, and as many of the development "
        "file to choose the version by; φ stays that of the first model until there are "
        f"{MIN_ENTITIES_TO_TUNE} entities to tune it on.",
    )
    return Report(
        "Few corrections",
        ("corpus", "model", "corrected", *SCORES),
        tuple(average(done)),
        notes + _without_tagger(config) + config.notes([run for run, _ in done]),
        Chart("corrected", "F1", ("corpus", "model"), lines=True),
    )


CROSSNER = Experiment(
    "crossner", "what do 100 to 200 sentences of a new domain give?", _crossner, _report_crossner
)
FEW_SHOT = Experiment(
    "few", "what do 10, 25, 50, 100 corrected sentences give?", _few_shot, _report_few_shot
)
