"""`constrained`, `confidence` and `label_errors`: what fixed entities give the rest, which
suggestions to trust, and which annotations to doubt."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean
from typing import Any

from ....types import SamplerSettings
from ..experiment import Experiment, ExperimentConfig
from ..runs.error_finders import ERRORS, FIRST
from ..runs.measures import GIVEN
from ..runs.plan import Run
from ..runs.runner import Done
from ..tables.report import Chart, Record, Report, in_percent
from .sampling import measured_runs

_ENSEMBLE = 5
_SEEDS = 5


def _constrained(config: ExperimentConfig) -> list[Run]:
    return measured_runs(config, "constrained", (SamplerSettings(),), "constrained")


def _confidence(config: ExperimentConfig) -> list[Run]:
    samplers = (SamplerSettings(ensemble=_ENSEMBLE),)
    return measured_runs(config, "confidence", samplers, "confidence")


def _label_errors(config: ExperimentConfig) -> list[Run]:
    samplers = tuple(SamplerSettings(seed=seed) for seed in range(_SEEDS))
    first = samplers[:1]
    return [
        *measured_runs(config, "label errors", samplers, "label_errors"),
        *measured_runs(config, "label errors, learnt", first, "label_errors_learnt"),
    ]


def _report_constrained(config: ExperimentConfig, done: Done) -> Report:
    records: list[Record] = []
    for run, row in done:
        by_count = {measured["given"]: measured for measured in row["measures"]} if row else {}
        for count in GIVEN:
            record: Record = {"corpus": run.corpora[0].name, "given": count}
            if count in by_count:
                record |= {
                    "P": in_percent(by_count[count]["precision"]),
                    "R": in_percent(by_count[count]["recall"]),
                    "F1": in_percent(by_count[count]["f1"]),
                    "over none": _gain(by_count[count]["f1"], by_count[0]["f1"]),
                    "sentences": by_count[count]["sentences"],
                    "entities": by_count[count]["gold"],
                }
            records.append(record)
    notes = (
        "Of each sentence with three and more gold entities, two are drawn by chance; the scores "
        "are those of the other entities, the same ones in each row, when none, one or both of "
        "the two are given as a person's word. In a flat corpus nothing may overlap what is "
        "given, which is a part of the gain there.",
    )
    return Report(
        "What accepted entities give the rest",
        ("corpus", "given", "P", "R", "F1", "over none", "sentences", "entities"),
        tuple(records),
        notes + config.notes([run for run, _ in done]),
        Chart("given", "F1", ("corpus",), lines=True),
    )


def _gain(f1: float | None, without: float | None) -> float | None:
    return None if f1 is None or without is None else 100 * (f1 - without)


def _report_confidence(config: ExperimentConfig, done: Done) -> Report:
    records: list[Record] = []
    for run, row in done:
        corpus = run.corpora[0].name
        if row is None:
            records.append({"corpus": corpus})
            continue
        for measured in row["measures"]:
            counts = {"suggestions": measured["suggestions"], "right": measured["right"]}
            record = {"corpus": corpus, "signal": measured["signal"], "AUROC": measured["auroc"]}
            records.append({**record, **counts})
    notes = (
        "The chance that a right suggestion scores above a wrong one, of those that reach φ; "
        f"0.5 is chance alone. An ensemble of {_ENSEMBLE} seeds. `all together` is a logistic "
        "regression fitted on the development file.",
    )
    return Report(
        "Which suggestions are right",
        ("corpus", "signal", "AUROC", "suggestions", "right"),
        tuple(records),
        notes + config.notes([run for run, _ in done]),
        Chart("signal", "AUROC", ("corpus",)),
    )


def _report_label_errors(config: ExperimentConfig, done: Done) -> Report:
    columns = tuple(f"precision at {count}" for count in FIRST)
    records: list[Record] = []
    for run, row in done:
        place: Record = {
            "corpus": run.corpora[0].name,
            "retrained on them": "yes" if run.measure == "label_errors_learnt" else "no",
        }
        if row is None:
            records.append(place)
            continue
        for finder in dict.fromkeys(measured["finder"] for measured in row["measures"]):
            rows = [measured for measured in row["measures"] if measured["finder"] == finder]
            records.append({**place, "finder": finder, **_means(rows)})
    notes = (
        f"{ERRORS:.0%} of the gold entities of the test file are spoilt: a boundary moved by a "
        "word, another label, or a span beside it that is no entity, a third each. The finder "
        "ranks all spans. Gold's own errors count against it. `put right`: of the errors, those "
        f"for which the finder says just what gold has. Means of {_SEEDS} seeds of the errors; of "
        "the first where the model is retrained on the spoilt file. `head` has learnt the spoilt "
        "file always, and leaves the document out that it judges; `both` ranks by model and head.",
    )
    return Report(
        "Label errors found",
        (
            "corpus",
            "retrained on them",
            "finder",
            *columns,
            "AUROC",
            "put right",
            "errors",
            "spans",
        ),
        tuple(records),
        notes + config.notes([run for run, _ in done]),
        Chart("finder", columns[1], ("corpus", "retrained on them")),
    )


def _means(rows: Sequence[dict[str, Any]]) -> Record:
    def over_seeds(name: str) -> float | None:
        values = [row[name] for row in rows if row[name] is not None]
        return mean(values) if values else None

    return {
        **{f"precision at {count}": in_percent(over_seeds(f"at {count}")) for count in FIRST},
        "AUROC": over_seeds("auroc"),
        "put right": in_percent(over_seeds("mended")),
        "errors": round(mean(row["errors"] for row in rows)),
        "spans": round(mean(row["spans"] for row in rows)),
    }


CONSTRAINED = Experiment(
    "constrained",
    "do accepted entities help to find the others?",
    _constrained,
    _report_constrained,
)
CONFIDENCE = Experiment(
    "confidence",
    "which signal tells right suggestions from wrong?",
    _confidence,
    _report_confidence,
)
LABEL_ERRORS = Experiment(
    "label_errors",
    "does the model find what people annotated wrongly?",
    _label_errors,
    _report_label_errors,
)
