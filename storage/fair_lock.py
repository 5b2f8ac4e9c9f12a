"""A lock that is handed on in the order of those who wait for it.

`threading.Lock` lets the thread that has just released it take it again before any other wakes: who
takes it many times in a row keeps everybody else out.
"""

from __future__ import annotations

import threading
from collections import deque


class FairLock:
    """First come, first served."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._queue: deque[threading.Event] = deque()

    def acquire(self, timeout: float) -> bool:
        """Whether it was this caller's turn within `timeout` seconds."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            turn = threading.Event()
            self._queue.append(turn)
        if turn.wait(timeout):
            return True
        with self._guard:
            if turn.is_set():  # handed on while this caller gave up
                return True
            self._queue.remove(turn)
            return False

    def release(self) -> None:
        """Hands it on to who has waited longest."""
        with self._guard:
            if self._queue:
                self._queue.popleft().set()
            else:
                self._taken = False

    @property
    def waiting(self) -> int:
        """How many wait."""
        with self._guard:
            return len(self._queue)
