"""A job's progress as lines of JSON beside it: the worker appends, any process reads.

A worker that was killed goes on from its last checkpoint and reports some steps again; the
reader keeps the later report of each.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME = "progress.jsonl"


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


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """Where a job's training stands."""

    step: int = 0
    total_steps: int = 0
    """0 until the first report."""
    epoch: int = 0
    eta_seconds: float | None = None
    resumed_at: int | None = None
    """The step of the checkpoint that the training last continued from."""
    losses: tuple[LossPoint, ...] = ()
    evaluations: tuple[DevPoint, ...] = ()

    @property
    def share(self) -> float:
        """How much of the longest possible training is done, 0 to 1."""
        return self.step / self.total_steps if self.total_steps else 0.0


class JobLog:
    """The progress file in a job's folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def append(self, line: Mapping[str, Any]) -> None:
        """One whole line in one write; what a kill tore before it is closed first."""
        opened = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            size = os.fstat(opened).st_size
            torn = size > 0 and os.pread(opened, 1, size - 1) != b"\n"
            os.write(opened, b"\n" * torn + json.dumps(line).encode() + b"\n")
        finally:
            os.close(opened)

    def read(self) -> TrainingProgress:
        """All that is known; nothing yet where there is no file."""
        lines: list[dict[str, Any]] = []
        resumed_at: int | None = None
        for line in self._lines():
            if "resumed_at" in line:
                resumed_at = line["resumed_at"]
                continue
            while lines and _position(lines[-1]) >= _position(line):
                lines.pop()
            lines.append(line)
        if not lines:
            return TrainingProgress(resumed_at=resumed_at)
        reports = [line for line in lines if "losses" in line]
        return TrainingProgress(
            step=lines[-1]["step"],
            total_steps=lines[-1]["total_steps"],
            epoch=lines[-1]["epoch"],
            eta_seconds=reports[-1]["eta_seconds"] if reports else None,
            resumed_at=resumed_at,
            losses=tuple(LossPoint(line["step"], line["losses"]) for line in reports),
            evaluations=tuple(_dev_point(line) for line in lines if "best" in line),
        )

    def _lines(self) -> Iterator[dict[str, Any]]:
        if not self._path.is_file():
            return
        for raw in self._path.read_bytes().split(b"\n"):
            try:
                line = json.loads(raw)
            except ValueError:
                continue  # torn by a kill, or being written just now
            if isinstance(line, dict) and line.keys() & {"step", "resumed_at"}:
                yield line


def _position(line: Mapping[str, Any]) -> tuple[int, bool]:
    """A step's losses come before the scores of the epoch that it ends."""
    return line["step"], "best" in line


def _dev_point(line: Mapping[str, Any]) -> DevPoint:
    return DevPoint(
        line["step"], line["epoch"], line["precision"], line["recall"], line["f1"], line["best"]
    )
