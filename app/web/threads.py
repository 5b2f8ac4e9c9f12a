"""Separate threads for each kind of work, so that none blocks another.

Starlette runs whatever blocks in one pool of a process: what takes minutes there keeps the session
check, the probes and Streamlit's own files waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, TypeVarTuple, Unpack

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


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
