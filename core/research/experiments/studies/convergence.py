"""`convergence`: how soon the development F1 is near its final value, beside the tagger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..experiment import Experiment, ExperimentConfig
from ..runs.plan import Kind, Run
from ..runs.runner import Done
from ..tables.report import Chart, Record, Report, in_percent

NEAR = 0.9
_KINDS: tuple[Kind, ...] = ("ours", "tagger")
_POINTS = 4


def _plan(config: ExperimentConfig) -> list[Run]:
    runs = [
        replace(config.training(corpora, f"convergence {corpus_name}", kind, seed), points=_POINTS)
        for corpora, corpus_name, seed in config.corpora_and_seeds(
            ["gum_named", "wikigold"], ["gum_named"]
        )
        for kind in _KINDS
    ]
    return config.sized(runs)


def first_step_near(points: Sequence[tuple[int, float | None]], final: float | None) -> int | None:
    """The first step that reaches 90 % of `final`, the development F1 of the saved version; None
    if that is 0 or undefined."""
    if not final:
        return None
    return next(step for step, f1 in points if f1 is not None and f1 >= NEAR * final)


def _report(config: ExperimentConfig, done: Done) -> Report:
    records: list[Record] = []
    curve: list[Record] = []
    for run, row in done:
        cells = {**dict(run.cells), "seed": run.seed}
        corpus = "+".join(part.name for part in run.corpora)
        record: Record = {**cells, "corpus": corpus}
        if row is not None:
            points = [(step, f1) for step, f1 in row["points"]]
            final = row["best_dev_f1"]
            reached = first_step_near(points, final)
            record |= {
                "final dev F1": in_percent(final),
                "steps": row["steps"],
                "90 % at step": reached,
                "share of the steps": None if reached is None else reached / row["steps"],
                "minutes": row["train_seconds"] / 60,
            }
            curve += [
                {**cells, "corpus": corpus, "step": step, "dev F1": in_percent(f1)}
                for step, f1 in points
            ]
        records.append(record)
    notes = (
        f"Development F1 is measured {_POINTS + 1} times an epoch; the learning rate falls to "
        "nothing at the last step. Final is the version that is kept. The bar is a share of 0.25.",
    )
    columns = ("corpus", "model", "seed", "final dev F1", "steps", "90 % at step")
    return Report(
        "Convergence",
        (*columns, "share of the steps", "minutes"),
        tuple(records),
        notes + config.notes([run for run, _ in done]),
        Chart("step", "dev F1", ("corpus", "model", "seed"), lines=True),
        tuple(curve),
    )


CONVERGENCE = Experiment("convergence", "how soon is 90 % of the final F1 reached?", _plan, _report)
