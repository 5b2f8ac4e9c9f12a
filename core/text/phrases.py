"""Find the phrases of a long list in a text, word by word.

A phrase is looked up by its words joined with a blank, which no word holds. At each word of the
text only the lengths are tried that some phrase with this first word has, so that the time is
linear in the text and does not depend on how many phrases there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

MAX_WORDS = 20
"""Words of a phrase. It bounds what one word of a text can cost."""
Match = tuple[int, int, int]
"""The first word, the word after the last, and the phrase's number."""


class PhraseList:
    """Phrases by number; several may have the same words."""

    def __init__(self, phrases: Iterable[tuple[int, Sequence[str]]]) -> None:
        """Raises `ValueError` for a phrase without words, or with more than `MAX_WORDS`."""
        self._numbers: dict[str, tuple[int, ...]] = {}
        lengths: dict[str, set[int]] = {}
        for number, words in phrases:
            if not 1 <= len(words) <= MAX_WORDS:
                raise ValueError(
                    f"a phrase has 1 to {MAX_WORDS} words, got {len(words)}: {words[:3]!r}…"
                )
            joined = " ".join(words)
            self._numbers[joined] = (*self._numbers.get(joined, ()), number)
            lengths.setdefault(words[0], set()).add(len(words))
        self._lengths = {first: tuple(sorted(several)) for first, several in lengths.items()}

    def __bool__(self) -> bool:
        return bool(self._numbers)

    def find(self, words: Sequence[str]) -> Iterator[Match]:
        """Every match in order of its first word, overlapping ones too."""
        for start, first in enumerate(words):
            for length in self._lengths.get(first, ()):
                end = start + length
                if end > len(words):
                    break
                for number in self._numbers.get(" ".join(words[start:end]), ()):
                    yield start, end, number
