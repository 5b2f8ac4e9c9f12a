"""Waiting for another process: for what it does, never for time to pass."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 120.0
"""Seconds after which what is waited for counts as never coming."""
PAUSE = 0.02


def until(condition: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Returns once the condition holds; fails where it does not within `patience` seconds."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"still waiting after {patience:.0f} seconds"
        time.sleep(PAUSE)
