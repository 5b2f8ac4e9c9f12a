"""Words put together into a text, and where each one came to lie."""

from __future__ import annotations

from collections.abc import Iterable


class Words:
    """Joins words by spaces where they have one, sentences by line ends; remembers the offsets."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._length = 0
        self._gap = ""

    def add(self, word: str, *, space_after: bool = True) -> None:
        self._parts += (self._gap, word)
        start = self._length + len(self._gap)
        self._length = start + len(word)
        self._starts.append(start)
        self._ends.append(self._length)
        self._gap = " " if space_after else ""

    def end_sentence(self) -> None:
        if self._starts:
            self._gap = "\n"

    @property
    def text(self) -> str:
        return "".join(self._parts)

    @property
    def count(self) -> int:
        return len(self._starts)

    def offsets(self, start: int, end: int) -> tuple[int, int]:
        """Words `start` to `end`, end exclusive, as code points of the text."""
        return self._starts[start], self._ends[end - 1]


def offsets_in(text: str, words: Iterable[str]) -> list[tuple[int, int]] | None:
    """Where the words lie in a text that holds them and white space alone; else None."""
    offsets, at = [], 0
    for word in words:
        start = text.find(word, at)
        if start < 0 or text[at:start].strip():
            return None
        at = start + len(word)
        offsets.append((start, at))
    return None if text[at:].strip() else offsets
