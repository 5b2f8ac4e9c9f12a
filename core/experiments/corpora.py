"""`corpora`: the main table, ours beside the tagger and the biaffine classifier."""

from __future__ import annotations

from typing import get_args

from core.experiments.ask import Ask, Experiment
from core.experiments.plan import MIN_STEPS, Kind, Run
from core.experiments.report import Chart, Report
from core.experiments.runner import Done
from core.experiments.tables import SCORES, average

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


def _plan(ask: Ask) -> list[Run]:
    runs = [
        Run(
            name=f"{'+'.join(each.name for each in corpora)} {kind} seed {seed}",
            cells=(("model", kind),),
            corpora=corpora,
            kind=kind,
            encoder=ask.encoder,
            seed=seed,
        )
        for corpora in ask.read(default=CORPORA, quick=["wikigold", "gum_named"])
        for kind in KINDS
        for seed in ask.seeds_or([0, 1, 2])
    ]
    return ask.sized(runs)


def _report(ask: Ask, done: Done) -> Report:
    notes = (
        "Same encoder, data, optimiser and stopping rule. Where no entities of the training "
        "file overlap, ours keeps none that do; elsewhere it may nest. The tagger is given the "
        f"outermost entities. Small corpora get the epochs that make {MIN_STEPS} steps.",
    )
    return Report(
        "Ours beside the baselines",
        ("corpus", "model", *SCORES),
        tuple(average(done)),
        notes + ask.notes([run for run, _ in done]),
        Chart("corpus", "F1", ("model",)),
    )


MAIN = Experiment(
    "corpora", "is it as good as a tagger on flat text, and better on nested text?", _plan, _report
)
