"""Convert runs and their results to the records of a table: seeds averaged, in per cent."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean, stdev
from typing import Any

from ....evaluation.error_analysis import MISSED
from ..runs.plan import Run
from ..runs.runner import Done
from ..runs.settings import Setting
from .report import Record, in_percent

SCORES = ("P", "R", "F1", "± seeds", "nested R", "dev F1", "seeds", "minutes")
ERRORS = tuple(f"missed: {kind}" for kind in MISSED)
"""Of the gold entities of a test file, see `core.evaluation.error_analysis`."""
SAMPLING = ("γ", "K")
Cells = tuple[tuple[str, Setting], ...]


def average(done: Done, samplers: bool = False) -> list[Record]:
    """One record for each combination of cells and test corpus; with `samplers`, also for each γ
    and K. If no seed has a result yet, every number is None."""
    groups: dict[tuple[Cells, str, tuple[int, ...]], list[Record]] = {}
    for run, row in done:
        for place, corpus in enumerate(run.corpora):
            for point in _points(run, samplers):
                group = groups.setdefault((run.cells, corpus.name, point), [])
                if row is not None:
                    size = len(row["measures"]) // len(run.corpora)  # told in the corpora's order
                    rows = row["measures"][size * place : size * (place + 1)]
                    group += [
                        _record(row, measured) for measured in rows if _is_at(measured, point)
                    ]
    records = []
    for (cells, corpus_name, point), records_of_seeds in groups.items():
        record = {**dict(cells), "corpus": corpus_name, **_mean(records_of_seeds)}
        record |= dict(zip(SAMPLING, point, strict=False))
        records.append(record)
    return records


def _points(run: Run, samplers: bool) -> list[tuple[int, ...]]:
    if not samplers or run.kind != "ours":
        return [()]
    return list(dict.fromkeys((sampler.steps, sampler.num_spans) for sampler in run.samplers))


def _is_at(measure: dict[str, Any], point: tuple[int, ...]) -> bool:
    return not point or (measure["steps"], measure["num_spans"]) == point


def _record(row: dict[str, Any], measure: dict[str, Any]) -> Record:
    seconds, best = row.get("train_seconds"), row.get("best_dev_f1")
    return {
        "P": in_percent(measure["precision"]),
        "R": in_percent(measure["recall"]),
        "F1": in_percent(measure["f1"]),
        "nested R": in_percent(measure["nested_recall"]) if measure["nested_gold"] else None,
        "dev F1": in_percent(best),
        "late rise": late_gain(row["points"]) if row.get("points") else None,
        "minutes": None if seconds is None else seconds / 60,
        "sentences/s": measure["sentences_per_second"],
        "parameters": row["parameters"],
        "final spans": measure.get("final_spans"),
        **dict(zip(ERRORS, _missed(measure), strict=True)),
    }


def _missed(measure: dict[str, Any]) -> list[int | None]:
    """The number of missed entities of each kind; None in results that did not count them."""
    return [measure.get("missed", {}).get(kind) for kind in MISSED]


def late_gain(points: Sequence[tuple[int, float | None]]) -> float | None:
    """How much the best development F1, in points, rose in the last quarter of the steps: near 0
    once training has converged. None if no F1 is defined."""
    last = max(step for step, _ in points)
    defined = [(step, f1) for step, f1 in points if f1 is not None]
    if not defined:
        return None
    early = [f1 for step, f1 in defined if step <= 0.75 * last]
    return 100 * (max(f1 for _, f1 in defined) - max(early, default=0.0))


def _mean(records_of_seeds: Sequence[Record]) -> Record:
    if not records_of_seeds:
        return {"seeds": 0}
    averaged: Record = {"seeds": len(records_of_seeds)}
    for name in records_of_seeds[0]:
        values = [record[name] for record in records_of_seeds]
        averaged[name] = None if None in values else mean(values)
    f1 = [record["F1"] for record in records_of_seeds]
    averaged["± seeds"] = stdev(f1) if len(f1) > 1 and None not in f1 else None
    return averaged
