"""Running a coroutine to its end, also where a browser's event loop holds the thread."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def result_of(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Runs the coroutine in a thread of its own.

    Once a browser test has run in a process, Playwright's loop stays on its main thread, and
    `asyncio.run` refuses to begin beside it.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
