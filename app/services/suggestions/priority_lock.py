"""A lock for one caller at a time that serves people before programs."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class PriorityLock:
    """A lock with two queues, each in order of arrival: whoever takes it in the background waits
    while anybody else does."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken = False
        self._people: deque[object] = deque()
        self._background: deque[object] = deque()
        self._closed = False

    @contextmanager
    def taken(self, background: bool = False) -> Iterator[None]:
        queue, turn = self._background if background else self._people, object()
        with self._changed:
            queue.append(turn)
            self._changed.wait_for(lambda: not self._taken and self._next() is turn)
            queue.popleft()
            self._taken = True
        try:
            yield
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()

    def waiting(self, background: bool = False) -> int:
        """The number of callers that wait for the lock."""
        with self._changed:
            return len(self._background if background else self._people)

    def close(self, seconds: float) -> None:
        """From now on nobody has a turn; waits so long for who has one."""
        with self._changed:
            self._closed = True
            self._changed.wait_for(lambda: not self._taken, seconds)

    def _next(self) -> object | None:
        queue = self._people or self._background
        return queue[0] if queue and not self._closed else None
