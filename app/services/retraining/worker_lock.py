"""One worker a data folder: a lock that the operating system frees however a worker ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PATIENCE = 2.0
"""Seconds to wait for the lock: another process may be looking whether it is free."""


class WorkerRuns(RuntimeError):
    """Another worker is at work on the same data folder."""


@contextmanager
def only_worker(data: Path) -> Iterator[None]:
    """Holds the data folder's lock. Raises `WorkerRuns` if another process does."""
    data.mkdir(parents=True, exist_ok=True)
    opened = os.open(_path(data), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        deadline = time.monotonic() + _PATIENCE
        while not _locked(opened, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise WorkerRuns(
                    f"a worker is already running on {data}; stop it before starting another"
                )
            time.sleep(0.05)
        yield
    finally:
        os.close(opened)


def worker_runs(data: Path) -> bool:
    """Whether some process holds the lock just now."""
    try:
        opened = os.open(_path(data), os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        return not _locked(opened, fcntl.LOCK_SH)
    finally:
        os.close(opened)


def _path(data: Path) -> Path:
    return data / "worker.lock"


def _locked(opened: int, kind: int) -> bool:
    try:
        fcntl.flock(opened, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
