"""`corpora`: the main table, DiffusionNER beside the tagger and the biaffine classifier."""

from __future__ import annotations

from typing import get_args

from ..experiment import Experiment, ExperimentConfig
from ..runs.plan import Kind, Run
from ..runs.runner import Done
from ..tables.averages import ERRORS, SCORES, average
from ..tables.report import Chart, Report

CORPORA = (
    "wikigold",
    "btc",
    "wnut17",
    "gum_named",
    "litbank",
    "gum_mentions",
    "bc5cdr",
    "ncbi_disease",
)
KINDS: tuple[Kind, ...] = get_args(Kind)


def _plan(config: ExperimentConfig) -> list[Run]:
    runs = [
        config.training(corpora, corpus_name, kind, seed)
        for corpora, corpus_name, seed in config.corpora_and_seeds(
            CORPORA, ["wikigold", "gum_named"], [0, 1, 2]
        )
        for kind in KINDS
    ]
    return config.sized(runs)


def _report(config: ExperimentConfig, done: Done) -> Report:
    least = done[0][0].min_steps
    notes = (
        "Same encoder, data, optimiser and stopping rule. Where no entities of the training "
        "file overlap, ours keeps none that do; elsewhere it may nest. The tagger is given the "
        f"outermost entities. Small corpora get the epochs that make {least:,} steps. `late "
        "rise` is what development F1 won in the last quarter of the steps: where a baseline's is "
        "large, it wants more of them, and so do all (`--min-steps`). `missed` counts gold "
        "entities: found with another label, proposed below φ, driven out, not proposed.",
    )
    return Report(
        "Ours beside the baselines",
        ("corpus", "model", *SCORES, "late rise", *ERRORS),
        tuple(average(done)),
        notes + config.notes([run for run, _ in done]),
        Chart("corpus", "F1", ("model",)),
    )


MAIN = Experiment(
    "corpora", "is it as good as a tagger on flat text, and better on nested text?", _plan, _report
)
