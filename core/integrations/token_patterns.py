"""Patterns of tokens, as Prodigy and spaCy write them, on our own words. Needs spaCy.

spaCy's `Matcher` sees each of our words as one token of a language-neutral vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from spacy.lang.lex_attrs import LEX_ATTRS
from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from ..text.phrases import Match

TokenPattern = Sequence[Mapping[str, Any]]
PART = 200
"""Words that are matched at once: a repeated token may match any stretch of them."""
_OVERLAP = 20
"""Words that two parts share, so that a match of so many lies in one of them whole. What begins
there is the second one's."""
_LONGEST_WORD = 200
"""Characters of a word that are looked at."""
_VOCABULARY = 200_000
"""Words after which the vocabulary is made anew, since it never forgets one."""


class TokenPatterns:
    """Patterns by number. Each takes the longest of its matches that overlap."""

    def __init__(self, patterns: Iterable[tuple[int, TokenPattern]]) -> None:
        """Raises `ValueError` for a pattern that spaCy refuses."""
        self._patterns = [
            (number, [dict(token) for token in tokens]) for number, tokens in patterns
        ]
        self._matcher = self._made()

    def find(self, words: Sequence[str]) -> Iterator[Match]:
        """Every pattern's longest matches; those of different patterns may overlap."""
        if len(self._matcher.vocab) > _VOCABULARY:
            self._matcher = self._made()
        ends: dict[int, int] = {}
        for begin in range(0, len(words), PART - _OVERLAP):
            part = [word[:_LONGEST_WORD] for word in words[begin : begin + PART]]
            is_last = begin + PART >= len(words)
            matches = self._matcher(Doc(self._matcher.vocab, words=part))
            for rule, start, end in sorted(matches, key=lambda match: match[1]):
                if start >= PART - _OVERLAP and not is_last:
                    break  # the next part has more of what follows
                number = int(self._matcher.vocab.strings[rule])
                if end > start and begin + start >= ends.get(number, 0):
                    ends[number] = begin + end
                    yield begin + start, begin + end, number
            if is_last:
                return

    def _made(self) -> Matcher:
        matcher = Matcher(Vocab(lex_attr_getters=LEX_ATTRS), validate=True)
        for number, pattern in self._patterns:
            matcher.add(str(number), [pattern], greedy="LONGEST")
        return matcher
