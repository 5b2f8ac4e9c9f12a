"""Many broken files one after another, in a child that may die, hang or fill its memory."""

from __future__ import annotations

import json
import os
import resource
import signal
import time
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from mmap import mmap
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import FrameType

from tests.fuzz.goods import files
from tests.fuzz.judging import judge
from tests.fuzz.mutations import mutate

SECONDS_A_FILE = 5.0
_BATCH = 5000
_MEMORY = 3 * 2**30
"""Bytes of address space that a reader may take beyond what was taken before it began."""


class Hang(BaseException):
    """A file that took too long; no reader can catch it by accident."""


@dataclass(slots=True)
class Outcome:
    """`faults`: for each place in the sources that broke a rule, the first file that did it."""

    files: int = 0
    records: int = 0
    slowest: float = 0.0
    faults: dict[str, str] = field(default_factory=dict)

    def add(self, other: Outcome) -> None:
        self.files += other.files
        self.records += other.records
        self.slowest = max(self.slowest, other.slowest)
        self.faults = other.faults | self.faults


def broken_file(format: str, goods: Sequence[bytes], seed: int, number: int) -> bytes:
    """The same file for the same numbers, always."""
    return mutate(goods, Random(f"{format} {seed} {number}"))


def run(
    format: str,
    numbers: range,
    seed: int = 0,
    until: float = float("inf"),
    progress: mmap | None = None,
) -> Outcome:
    """Judges the files of these numbers until the (monotonic) time is up, in this process."""
    goods, outcome = files(format), Outcome()
    previous = signal.signal(signal.SIGALRM, _hang)
    try:
        for number in numbers:
            began = time.monotonic()
            if began > until:
                break
            if progress is not None:
                progress[:8] = number.to_bytes(8)
            content = broken_file(format, goods, seed, number)
            signal.setitimer(signal.ITIMER_REAL, SECONDS_A_FILE)
            try:
                outcome.records += judge(content, format)
            except (Exception, Hang) as error:
                signal.setitimer(signal.ITIMER_REAL, 0)
                outcome.faults.setdefault(_place(error), f"file {number}: {error!r}"[:300])
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            outcome.files += 1
            outcome.slowest = max(outcome.slowest, time.monotonic() - began)
    finally:
        signal.signal(signal.SIGALRM, previous)
    return outcome


def run_guarded(format: str, count: int, seed: int, seconds: float) -> Outcome:
    """`run` in children, batch by batch: what kills one is a fault with its number."""
    total, number, until = Outcome(), 0, time.monotonic() + seconds
    while number < count and time.monotonic() < until:
        numbers = range(number, min(count, number + _BATCH))
        part, killed_at = _in_child(format, numbers, seed, until)
        total.add(part)
        if killed_at is not None:
            total.files += killed_at + 1 - number
        number = numbers.stop if killed_at is None else killed_at + 1
    return total


def _in_child(format: str, numbers: range, seed: int, until: float) -> tuple[Outcome, int | None]:
    """What a child found, or the number of the file that killed it."""
    progress = mmap(-1, 8)
    with TemporaryDirectory() as folder:
        report = Path(folder) / "outcome.json"
        child = os.fork()
        if child == 0:
            _limit_memory()
            report.write_text(json.dumps(asdict(run(format, numbers, seed, until, progress))))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status == 0:
            return Outcome(**json.loads(report.read_text())), None
    at = int.from_bytes(progress[:8])
    return Outcome(faults={f"killed the process, status {status}": f"file {at}"}), at


def _limit_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + _MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _place(error: BaseException) -> str:
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/storage/" in f.filename]
    frames = frames or traceback.extract_tb(error.__traceback__)[-1:]
    last = frames[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


def _hang(signal_number: int, frame: FrameType | None) -> None:
    raise Hang(f"more than {SECONDS_A_FILE:g} seconds")
