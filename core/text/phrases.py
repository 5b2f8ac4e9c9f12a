"""Find the phrases of a long list in a text, word by word.

A phrase is looked up by its words joined with a blank, which no word holds. At each word of the
text only the lengths are tried that some phrase with this first word has, so that the time is
linear in the text and does not depend on how many phrases there are.

Whether a full stop belongs to the word before it depends on what follows and on case ("Smith J."
alone, "J. Smith" and "j. smith"). So it is compared as a part of its own, on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

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
            joined = _joined(words)
            self._numbers[joined] = (*self._numbers.get(joined, ()), number)
            lengths.setdefault(_first_part(words[0]), set()).add(sum(map(_count_parts, words)))
        self._lengths = {first: tuple(sorted(several)) for first, several in lengths.items()}

    def __bool__(self) -> bool:
        return bool(self._numbers)

    def find(self, words: Sequence[str]) -> Iterator[Match]:
        """Every match in order of its first word, overlapping ones too."""
        before = list(accumulate(map(_count_parts, words), initial=0))
        ends = {parts: end for end, parts in enumerate(before)}
        for start, first in enumerate(words):
            for length in self._lengths.get(_first_part(first), ()):
                end = ends.get(before[start] + length)
                if end is None:
                    continue
                for number in self._numbers.get(_joined(words[start:end]), ()):
                    yield start, end, number


def _joined(words: Iterable[str]) -> str:
    return " ".join(f"{word[:-1]} ." if _has_stop(word) else word for word in words)


def _first_part(word: str) -> str:
    return word[:-1] if _has_stop(word) else word


def _count_parts(word: str) -> int:
    return 2 if _has_stop(word) else 1


def _has_stop(word: str) -> bool:
    """Whether a word ends with a full stop and is not all dots."""
    return word[-1:] == "." and word[-2:-1] not in ("", ".")
