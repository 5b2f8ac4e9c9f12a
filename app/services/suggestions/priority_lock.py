"""One at a time, people first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class PriorityLock:
    """A lock with two queues: whoever takes it in the background waits while anybody else does."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken = False
        self._people = 0
        self._closed = False

    @contextmanager
    def taken(self, background: bool = False) -> Iterator[None]:
        with self._changed:
            if background:
                self._changed.wait_for(
                    lambda: not self._taken and not self._people and not self._closed
                )
            else:
                self._people += 1
                self._changed.wait_for(lambda: not self._taken)
                self._people -= 1
            self._taken = True
        try:
            yield
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()

    def close(self, seconds: float) -> None:
        """From now on nothing has a turn in the background; waits so long for who has one."""
        with self._changed:
            self._closed = True
            self._changed.wait_for(lambda: not self._taken, seconds)
