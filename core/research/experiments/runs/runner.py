"""Perform the runs that have no result yet, and report progress."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, TextIO

from ....evaluation.metrics import percent
from ....training.records import Progress, Resumed, TrainingRecord
from .plan import Run
from .store import claimed, fingerprint, folder_of, read_row, write_row

Done = list[tuple[Run, dict[str, Any] | None]]

_SHOWN_SCORES = 3
"""The number of scores in the line about a finished run; the table has them all."""

_SHOW_EVERY = 20
"""Of this many progress lines, one is printed if they cannot overwrite each other."""


def chosen(runs: Sequence[Run], pattern: str | None) -> list[Run]:
    """The runs whose name contains `pattern`, or matches it if it has a * or ?.

    Raises ValueError if none does.
    """
    if pattern is None:
        return list(runs)
    wild = pattern if set("*?[") & set(pattern) else f"*{pattern}*"
    matching = [run for run in runs if fnmatch(run.name, wild)]
    if not matching:
        raise ValueError(
            f"no run matches --only {pattern!r}; there are {', '.join(run.name for run in runs)}"
        )
    return matching


def perform_all(runs: Sequence[Run], out: Path) -> Iterator[str]:
    """Perform the runs without a result; yields lines of progress.

    A run with a result for the same settings and data is skipped, an unfinished one continues, and
    one whose data is missing, or that another process works on, is skipped too: so the same command
    in several processes shares the work.
    """
    for number, run in enumerate(runs, 1):
        head = f"[{number}/{len(runs)}] {run.name}"
        missing = run.missing()
        if missing is not None:
            yield f"{head}: skipped, {missing} is not there"
            continue
        folder = folder_of(out, run)
        with claimed(folder) as free:
            if not free:
                yield f"{head}: skipped, another process works on it"
            elif read_row(out, run) is not None:
                yield f"{head}: done before"
            else:
                yield from _perform(run, folder, head)


def _perform(run: Run, folder: Path, head: str) -> Iterator[str]:
    from .performing import perform

    yield head
    started = time.monotonic()
    work = perform(run, folder)
    while True:
        try:
            yield _line(head, next(work))
        except StopIteration as end:
            result = end.value
            break
    write_row(folder, {"fingerprint": fingerprint(run), "run": run.settings(), **result})
    f1_scores = [percent(row["f1"]) for row in result["measures"] if "f1" in row]
    scores = f"F1 {', '.join(f1_scores[:_SHOWN_SCORES])}, " if f1_scores else ""
    yield f"{head}: {scores}{(time.monotonic() - started) / 60:.1f} min"


def results(runs: Sequence[Run], out: Path) -> Done:
    """Every run with its result, None if there is none yet."""
    return [(run, read_row(out, run)) for run in runs]


def show(lines: Iterator[str], stream: TextIO | None = None) -> None:
    """Print the lines; on a terminal progress overwrites itself, elsewhere only some of it is
    printed."""
    stream = stream or sys.stdout
    terminal = stream.isatty()
    num_progress = 0
    for line in lines:
        if line.startswith(" "):
            num_progress += 1
            if terminal:
                print(f"{line:<100}", end="\r", file=stream, flush=True)
                continue
            if num_progress % _SHOW_EVERY:
                continue
        print(f"{line:<100}" if terminal else line, file=stream, flush=True)


def _line(head: str, record: TrainingRecord) -> str:
    if isinstance(record, Resumed):
        return f"{head}: resumed at step {record.step} of {record.total_steps}"
    if isinstance(record, Progress):
        loss = sum(record.losses.values())
        minutes = record.eta_seconds / 60
        return f"  step {record.step}/{record.total_steps}  loss {loss:.3f}  {minutes:.0f} min left"
    marker = "  (best so far)" if record.best else ""
    return f"{head}: epoch {record.epoch}: development F1 {percent(record.scores.f1)}{marker}"
