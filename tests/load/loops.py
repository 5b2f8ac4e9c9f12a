"""Coroutines from code that may stand in another event loop, as Playwright's tests do."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def in_a_loop_of_its_own(task: Coroutine[Any, Any, Result]) -> Result:
    """`asyncio.run` on a thread of its own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, task).result()
