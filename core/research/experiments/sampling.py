"""`seeds`: what the sampling's randomness does to the scores of one model."""

from __future__ import annotations

from statistics import mean, stdev

from ...installation import BUNDLED
from ...types import SamplerSettings
from .ask import Ask, Experiment
from .plan import Run
from .report import Chart, Record, Report
from .runner import Done

_SEEDS = 10


def measured_runs(
    ask: Ask, name: str, samplers: tuple[SamplerSettings, ...], measure: str = "scores"
) -> list[Run]:
    """--model, or the bundled one, as it is, on each corpus by itself."""
    runs = [
        Run(
            name=f"{name} {corpus.name}",
            cells=(),
            corpora=(corpus,),
            start=ask.model or BUNDLED,
            trains=False,
            samplers=samplers,
            measure=measure,
        )
        for corpora in ask.read(["gum_named", "wikigold"], ["gum_named", "wikigold"])
        for corpus in corpora
    ]
    return ask.sized(runs)


def _plan(ask: Ask) -> list[Run]:
    samplers = [SamplerSettings(seed=seed) for seed in range(_SEEDS)]
    together = SamplerSettings(ensemble=_SEEDS)
    return measured_runs(ask, "seeds", (*samplers, together))


def _report(ask: Ask, done: Done) -> Report:
    records: list[Record] = []
    for run, row in done:
        record: Record = {"corpus": run.corpora[0].name}
        if row is not None:
            f1 = [100 * each["f1"] for each in row["measures"] if each["ensemble"] == 1]
            (together,) = (each for each in row["measures"] if each["ensemble"] > 1)
            record |= {
                "mean F1": mean(f1),
                "standard deviation": stdev(f1),
                "lowest": min(f1),
                "highest": max(f1),
                "ensemble F1": 100 * together["f1"],
                "ensemble over mean": 100 * together["f1"] - mean(f1),
                "ensemble sentences/s": together["sentences_per_second"],
            }
        records.append(record)
    columns = ("corpus", "mean F1", "standard deviation", "lowest", "highest")
    ensemble = ("ensemble F1", "ensemble over mean", "ensemble sentences/s")
    return Report(
        "Randomness of sampling",
        (*columns, *ensemble),
        tuple(records),
        (
            f"One model, {_SEEDS} seeds of the noise, γ = 5, K = 60. The bar is a standard "
            "deviation of 0.3, and an ensemble of the same seeds no worse than their mean.",
            *ask.notes([run for run, _ in done]),
        ),
        Chart("corpus", "mean F1"),
    )


SEEDS = Experiment("seeds", "how much does the noise matter, at K = 60?", _plan, _report)
