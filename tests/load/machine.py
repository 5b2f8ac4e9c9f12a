"""What processes cost, as Linux counts it."""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """Processor time as a share of one core, and the most memory that was held."""

    cores: float
    megabytes: float


class Meter:
    """Measures processes from its making until `cost`, with their children unless told."""

    def __init__(self, pids: Collection[int], *, children: bool = True) -> None:
        self._pids, self._children = pids, children
        self._began, self._spent = time.monotonic(), self._seconds()

    def cost(self) -> Cost:
        spent = self._seconds() - self._spent
        return Cost(
            cores=round(spent / (time.monotonic() - self._began), 3),
            megabytes=round(sum(map(_peak, self._pids)), 1),
        )

    def _seconds(self) -> float:
        among = _processes() if self._children else self._pids
        return sum(_ticks(pid, self._pids, self._children) for pid in among) / _TICKS


class MachineMeter:
    """Measures the whole machine from its making until `busy`: these processes and all others."""

    def __init__(self) -> None:
        self._began, self._spent = time.monotonic(), _machine_seconds()

    def busy(self) -> float:
        """How many cores were at work: beside what the processes cost, what is left was waiting."""
        spent = _machine_seconds() - self._spent
        return round(spent / (time.monotonic() - self._began), 3)


def _machine_seconds() -> float:
    """Seconds of all cores since the machine began, but for those in which they were idle."""
    named = Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
    user, nice, system, _idle, _waiting, interrupts, soft, stolen = map(int, named)
    return (user + nice + system + interrupts + soft + stolen) / _TICKS


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]


def _ticks(pid: int, meant: Collection[int], children: bool) -> int:
    """User and system time of a process that is meant, or of a child of one; 0 for any other."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended
        return 0
    personal, ended = sum(map(int, fields[11:13])), sum(map(int, fields[13:15]))
    if pid in meant:
        return personal + ended * children
    return personal if int(fields[1]) in meant else 0


def _peak(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0
