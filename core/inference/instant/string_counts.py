"""How often the learnt sentences hold a string, and how often a person marked it with which
label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ...types import Span
from .ngram_counts import NgramCounts


class Occurrences(NamedTuple):
    """The counts of one string."""

    total: float
    """In the learnt sentences, marked or not; at least as often as it was marked."""
    by_label: Mapping[str, int]


class StringCounts:
    """Counts of every string that is marked somewhere, as it stands and in lower case.

    They do not depend on the order of the sentences: a string that is marked for the first time has
    been counted in the earlier ones, too, and one that no longer is marked anywhere is forgotten.
    """

    def __init__(self) -> None:
        self.ngrams = NgramCounts()
        self.marked: dict[str, Counter[str]] = {}
        """Of each marked string its number by label."""

    def add(self, words: Sequence[str], entities: Iterable[Span], sign: int = 1) -> None:
        """Count a sentence with its entities, or take it back with `sign` -1."""
        self.ngrams.add(words, sign)
        for span in entities:
            string = " ".join(words[span.start : span.end])
            counts = self.marked.setdefault(string, Counter())
            counts[span.label] += sign
            if not counts[span.label]:
                del counts[span.label]
            if not counts:
                del self.marked[string]

    def rename(self, names: Mapping[str, str]) -> None:
        """Rename labels; two that get one name are merged."""
        for string, counts in self.marked.items():
            renamed: Counter[str] = Counter()
            for label, number in counts.items():
                renamed[names.get(label, label)] += number
            self.marked[string] = renamed

    def table(self) -> dict[str, Occurrences]:
        """The counts of all marked strings, and of their lower case, whatever the case of the
        occurrences, where it differs."""
        lowered: dict[str, Counter[str]] = {}
        for string, counts in sorted(self.marked.items()):
            lowered.setdefault(string.lower(), Counter()).update(counts)
        return {
            string: Occurrences(max(self.ngrams.count(string), counts.total()), counts)
            for string, counts in sorted({**lowered, **self._exact(lowered)}.items())
        }

    def _exact(self, lowered: Mapping[str, Counter[str]]) -> dict[str, Counter[str]]:
        return {string: counts for string, counts in self.marked.items() if string not in lowered}
