"""How often the learnt sentences hold a string, and how often a person marked it with which
label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ...types import Span


class Occurrences(NamedTuple):
    """The counts of one string."""

    total: int
    by_label: Counter[str]


class StringCounts:
    """Counts of every string that is marked somewhere, as it stands and in lower case.

    They do not depend on the order of the sentences: a string that is marked for the first time is
    looked for in the earlier ones, too, and one that no longer is marked anywhere is forgotten.
    """

    def __init__(self) -> None:
        self._indexes = _Index(str), _Index(str.lower)

    def add(self, words: Sequence[str], entities: Iterable[Span]) -> None:
        """Count a sentence with its entities."""
        for index in self._indexes:
            index.add(words, entities)

    def remove(self, words: Sequence[str], entities: Iterable[Span]) -> None:
        """Take back a sentence that was counted with these entities."""
        for index in self._indexes:
            index.remove(words, entities)

    def rename(self, names: dict[str, str]) -> None:
        """Rename labels; two that get one name are merged."""
        for index in self._indexes:
            index.rename(names)

    def find(self, words: Sequence[str]) -> Occurrences | None:
        """The counts of a span's words as they stand, else of their lower case, else None."""
        for index in self._indexes:
            if occurrences := index.find(words):
                return occurrences
        return None


class _Index:
    """Counts of strings after `normalize`."""

    def __init__(self, normalize: Callable[[str], str]) -> None:
        self.normalize = normalize
        self.sentences: Counter[str] = Counter()
        self.totals: dict[str, int] = {}
        self.by_label: dict[str, Counter[str]] = {}
        self.longest = 0

    def add(self, words: Sequence[str], entities: Iterable[Span]) -> None:
        self._count(words, 1)
        self.sentences[self._string(words)] += 1
        for span in entities:
            string = self._string(words[span.start : span.end])
            if string not in self.totals:
                self.longest = max(self.longest, span.end - span.start)
                self.totals[string] = self._search(string)
                self.by_label[string] = Counter()
            self.by_label[string][span.label] += 1

    def remove(self, words: Sequence[str], entities: Iterable[Span]) -> None:
        self._count(words, -1)
        self.sentences -= Counter([self._string(words)])
        for span in entities:
            string = self._string(words[span.start : span.end])
            self.by_label[string] -= Counter([span.label])
            if not self.by_label[string]:
                del self.totals[string], self.by_label[string]

    def rename(self, names: dict[str, str]) -> None:
        for string, counts in self.by_label.items():
            renamed: Counter[str] = Counter()
            for label, number in counts.items():
                renamed[names.get(label, label)] += number
            self.by_label[string] = renamed

    def find(self, words: Sequence[str]) -> Occurrences | None:
        string = self._string(words)
        if string not in self.totals:
            return None
        return Occurrences(self.totals[string], self.by_label[string])

    def _count(self, words: Sequence[str], sign: int) -> None:
        for start in range(len(words)):
            for end in range(start + 1, min(len(words), start + self.longest) + 1):
                string = self._string(words[start:end])
                if string in self.totals:
                    self.totals[string] += sign

    def _search(self, string: str) -> int:
        """How often the sentences hold a string of whole words, overlaps included."""
        size = string.count(" ") + 1
        total = 0
        for sentence, number in self.sentences.items():
            if string in sentence:
                words = sentence.split(" ")
                starts = range(len(words) - size + 1)
                total += number * sum(" ".join(words[i : i + size]) == string for i in starts)
        return total

    def _string(self, words: Sequence[str]) -> str:
        return self.normalize(" ".join(words))
