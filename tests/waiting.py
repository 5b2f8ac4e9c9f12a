"""Waiting for another process or thread: for what it does, never for time to pass."""

from __future__ import annotations

import asyncio
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


async def eventually(condition: Callable[[], bool], patience: float = PATIENCE) -> None:
    """The same, while the event loop goes on."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"still waiting after {patience:.0f} seconds"
        await asyncio.sleep(PAUSE)
