"""`seeds`: the effect of the sampler's randomness on the scores of one model."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean, stdev
from typing import Any

from ....installation import BUNDLED
from ....types import SamplerSettings
from ..experiment import Experiment, ExperimentConfig
from ..runs.plan import Run
from ..runs.runner import Done
from ..tables.report import Chart, Record, Report

_SEEDS = 10


def measured_runs(
    config: ExperimentConfig,
    name: str,
    samplers: tuple[SamplerSettings, ...],
    measure: str = "scores",
) -> list[Run]:
    """Runs that measure --model, or the bundled one, on each corpus separately."""
    runs = [
        Run(
            name=f"{name} {corpus.name}",
            cells=(),
            corpora=(corpus,),
            start=config.model or BUNDLED,
            trains=False,
            samplers=samplers,
            measure=measure,
        )
        for corpora in config.read(["gum_named", "wikigold"], ["gum_named", "wikigold"])
        for corpus in corpora
    ]
    return config.sized(runs)


def _plan(config: ExperimentConfig) -> list[Run]:
    samplers = [SamplerSettings(seed=seed) for seed in range(_SEEDS)]
    ensemble_settings = SamplerSettings(ensemble=_SEEDS)
    return measured_runs(config, "seeds", (*samplers, ensemble_settings))


def _spread(measures: Sequence[dict[str, Any]]) -> Record:
    """F1 over the seeds and of their ensemble; without the scores if any is undefined."""
    (ensemble_row,) = (measured for measured in measures if measured["ensemble"] > 1)
    speed = {"ensemble sentences/s": ensemble_row["sentences_per_second"]}
    if any(measured["f1"] is None for measured in measures):
        return speed
    f1 = [100 * measured["f1"] for measured in measures if measured["ensemble"] == 1]
    return {
        "mean F1": mean(f1),
        "standard deviation": stdev(f1),
        "lowest": min(f1),
        "highest": max(f1),
        "ensemble F1": 100 * ensemble_row["f1"],
        "ensemble over mean": 100 * ensemble_row["f1"] - mean(f1),
        **speed,
    }


def _report(config: ExperimentConfig, done: Done) -> Report:
    records: list[Record] = []
    for run, row in done:
        record: Record = {"corpus": run.corpora[0].name}
        if row is not None:
            record |= _spread(row["measures"])
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
            *config.notes([run for run, _ in done]),
        ),
        Chart("corpus", "mean F1"),
    )


SEEDS = Experiment("seeds", "how much does the noise matter, at K = 60?", _plan, _report)
