"""`metrics.csv` in a training's folder: a row for each step of which there is a record, empty cells
where none has a value.

`pandas.read_csv` reads it as it is. A row is written at once; a further record of its step and a
new header replace the whole file, so that a kill leaves whole rows. Needs no torch, so that the
page reads it too.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ..whole_files import whole_file
from .records import TrainingRecord

METRICS = "metrics.csv"
COLUMNS = (
    *("step", "total_steps", "epoch", "seconds", "eta_seconds", "encoder_lr", "decoder_lr"),
    *("precision", "recall", "f1", "threshold", "flat_threshold", "best", "resumed"),
)
"""The columns of every file; those of the losses follow."""

Row = dict[str, float]
"""The cells of a row that have a value, by column."""


class MetricsWriter:
    """Write the records of one training, in however many parts it is done."""

    def __init__(self, folder: Path, first_step: int) -> None:
        """Continue the folder's file after `first_step`, where the checkpoint is: the steps after
        it are done again. 0 begins a new file."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._columns: list[str] = []
        rows = read_metrics(folder) if first_step else []
        self._step: float | None = None
        self._replace([row for row in rows if row["step"] <= first_step])

    def append(self, record: TrainingRecord) -> None:
        row: Row = {
            "step": record.step,
            "total_steps": record.total_steps,
            "epoch": record.epoch,
            **record.values(),
        }
        if row["step"] != self._step and row.keys() <= set(self._columns):
            with (self._folder / METRICS).open("a", encoding="utf-8", newline="") as file:
                file.write(_lines([row], self._columns))
            self._step = row["step"]
        else:
            self._replace([*read_metrics(self._folder), row])

    def _replace(self, rows: Sequence[Row]) -> None:
        """Write the whole file, with a column for everything that the rows have."""
        rows = _by_step(rows)
        self._step = rows[-1]["step"] if rows else None
        self._columns = list(dict.fromkeys([*COLUMNS, *(name for row in rows for name in row)]))
        text = ",".join(self._columns) + "\n" + _lines(rows, self._columns)
        with whole_file(self._folder / METRICS) as file:
            file.write(text.encode())


def read_metrics(folder: Path) -> list[Row]:
    """The rows of a training's folder so far, in order; none without a file.

    A row without its step, or with a cell that is no number, is left out: a power cut leaves such.
    """
    try:
        text = (folder / METRICS).read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return []
    whole = text[: text.rfind("\n") + 1]
    rows = map(_numbers, csv.DictReader(io.StringIO(whole, newline="")))
    return [row for row in rows if {"step", "total_steps", "epoch"} <= row.keys()]


def _by_step(rows: Iterable[Row]) -> list[Row]:
    """One row for each run of rows of one step, with the later values but the first one's epoch: a
    resumption counts its step to the next epoch."""
    merged: list[Row] = []
    for row in rows:
        if merged and merged[-1]["step"] == row["step"]:
            merged[-1] |= {**row, "epoch": merged[-1]["epoch"]}
        else:
            merged.append(dict(row))
    return merged


def _numbers(cells: Mapping[str, str | None]) -> Row:
    try:
        return {name: float(cell) for name, cell in cells.items() if cell}
    except (TypeError, ValueError):
        return {}


def _lines(rows: Iterable[Row], columns: Sequence[str]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _cell(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else f"{value:.6g}"
