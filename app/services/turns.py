"""One at a time, people first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A lock with two queues: whoever takes it in the background waits while anybody else does."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken = False
        self._people = 0

    @contextmanager
    def taken(self, background: bool = False) -> Iterator[None]:
        with self._changed:
            if background:
                self._changed.wait_for(lambda: not self._taken and not self._people)
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
