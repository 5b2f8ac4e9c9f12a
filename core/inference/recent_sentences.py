"""What was computed of the last sentences, by their words, so that it is computed once for all who
need it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Generic, Protocol, TypeVar

Words = tuple[str, ...]


class Sized(Protocol):
    """Something in memory, as a tensor is."""

    @property
    def nbytes(self) -> int: ...


Value = TypeVar("Value", bound=Sized)


class RecentSentences(Generic[Value]):
    """A value for each of the sentences that were asked for last, in at most `max_bytes`. Threads
    may share it."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._lock = threading.Lock()
        self._values: OrderedDict[Words, Value] = OrderedDict()
        self._bytes = 0

    def get(self, sentences: Iterable[Words]) -> dict[Words, Value]:
        """The values of those sentences that have one."""
        with self._lock:
            values = {words: self._values[words] for words in sentences if words in self._values}
            for words in values:
                self._values.move_to_end(words)
            return values

    def keep(self, values: Mapping[Words, Value]) -> None:
        """Keep these values, and drop those that were not asked for longest where they are too
        many."""
        with self._lock:
            for words, value in values.items():
                self._drop(words)
                self._values[words] = value
                self._bytes += value.nbytes
            while self._bytes > self.max_bytes:
                self._drop(next(iter(self._values)))

    def _drop(self, words: Words) -> None:
        if words in self._values:
            self._bytes -= self._values.pop(words).nbytes
