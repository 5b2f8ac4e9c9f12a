"""One step of a job at a time: a retry waits for the step that its job was cancelled in."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = "lock"


@contextmanager
def step_lock(folder: Path) -> Iterator[None]:
    """Hold a job's folder once no step of it runs any more, in this process or another; the
    operating system frees it however a step ends."""
    folder.mkdir(parents=True, exist_ok=True)
    opened = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)
