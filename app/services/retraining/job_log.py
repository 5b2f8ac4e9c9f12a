"""A job's progress, read from its training's folder by any process."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.training.metrics_file import METRICS, Row, read_metrics
from core.training.records import LOSS

BEFORE = "progress.jsonl"
"""What jobs of version 0.1 wrote into their own folders in the place of `metrics.csv`."""


@dataclass(frozen=True, slots=True)
class LossPoint:
    step: int
    losses: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class DevPoint:
    """The development scores after an epoch; shares in 0..1, None where undefined."""

    step: int
    epoch: int
    precision: float | None
    recall: float | None
    f1: float | None
    best: bool
    threshold: float | None = None
    """φ, nested; None where the log does not have it."""
    flat_threshold: float | None = None


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """Where a job's training stands."""

    step: int = 0
    total_steps: int = 0
    """0 until the first report."""
    epoch: int = 0
    eta_seconds: float | None = None
    seconds: float | None = None
    """Of training so far, without interruptions; None where the log does not have it."""
    encoder_lr: float | None = None
    """The learning rates of the last report."""
    decoder_lr: float | None = None
    resumed_at: int | None = None
    """The step of the checkpoint that the training last continued from."""
    losses: tuple[LossPoint, ...] = ()
    evaluations: tuple[DevPoint, ...] = ()

    @property
    def share(self) -> float:
        """How much of the longest possible training is done, 0 to 1."""
        return self.step / self.total_steps if self.total_steps else 0.0

    @property
    def best(self) -> DevPoint | None:
        """The evaluation of the version that is saved; None before the first one."""
        return next((point for point in reversed(self.evaluations) if point.best), None)


def read_progress(training: Path, job: Path) -> TrainingProgress:
    """How far a training is, by its own folder and its job's; nothing yet without their files."""
    if (training / METRICS).is_file():
        return _progress(read_metrics(training))
    return _progress(_rows_before(job / BEFORE))


def _progress(rows: Sequence[Row]) -> TrainingProgress:
    reports = [row for row in rows if "eta_seconds" in row]
    resumed = [int(row["step"]) for row in rows if "resumed" in row]
    stands = {name: int(rows[-1][name]) for name in ("step", "total_steps", "epoch") if rows}
    latest = reports[-1] if reports else {}
    return TrainingProgress(
        **stands,
        eta_seconds=latest.get("eta_seconds"),
        seconds=max((row["seconds"] for row in rows if "seconds" in row), default=None),
        encoder_lr=latest.get("encoder_lr"),
        decoder_lr=latest.get("decoder_lr"),
        resumed_at=resumed[-1] if resumed else None,
        losses=tuple(LossPoint(int(row["step"]), _losses(row)) for row in reports),
        evaluations=tuple(_dev_point(row) for row in rows if "best" in row),
    )


def _losses(row: Row) -> dict[str, float]:
    return {name.removeprefix(LOSS): value for name, value in row.items() if name.startswith(LOSS)}


def _dev_point(row: Row) -> DevPoint:
    return DevPoint(
        int(row["step"]),
        int(row["epoch"]),
        row.get("precision"),
        row.get("recall"),
        row.get("f1"),
        bool(row.get("best")),
        row.get("threshold"),
        row.get("flat_threshold"),
    )


def _rows_before(path: Path) -> list[Row]:
    """The rows of an earlier version's log, of whose steps the later report counts."""
    rows: list[Row] = []
    for line in _lines_before(path):
        if "resumed_at" in line:
            continue
        losses = {LOSS + name: value for name, value in line.pop("losses", {}).items()}
        row: Row = {**line, **losses}
        while rows and (rows[-1]["step"], "f1" in rows[-1]) >= (row["step"], "f1" in row):
            rows.pop()
        rows.append(row)
    return rows


def _lines_before(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        return
    for raw in path.read_bytes().split(b"\n"):
        try:
            line = json.loads(raw)
        except ValueError:
            continue  # torn by a kill
        if isinstance(line, dict):
            yield line
