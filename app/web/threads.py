"""Separate threads for each kind of work, so that none blocks another.

Starlette runs whatever blocks in one pool of a process: what takes minutes there keeps the session
check, the probes and Streamlit's own files waiting.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple, Unpack

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")
SWITCH = 0.0005
"""Seconds that a thread runs Python while others wait, a tenth of Python's own: beside a page that
runs, a save waits as long after each of its statements."""


def take_short_turns() -> None:
    """Makes the threads of this process take turns every `SWITCH` seconds."""
    sys.setswitchinterval(SWITCH)


class OwnThreads:
    """Runs blocking functions in at most so many threads of an event loop; others wait for them."""

    def __init__(self, name: str, most: int) -> None:
        self._most = most
        self._limiter: RunVar[CapacityLimiter] = RunVar(name)

    async def run(
        self,
        function: Callable[[Unpack[Arguments]], Result],
        *arguments: *Arguments,
    ) -> Result:
        limiter = self._limiter.get(None)
        if limiter is None:
            limiter = CapacityLimiter(self._most)
            self._limiter.set(limiter)
        return await to_thread.run_sync(function, *arguments, limiter=limiter)
