"""Whether an entity's own words, which a file may give, are those that its offsets cover."""

from __future__ import annotations

import re

_BRACKET = re.compile(r"-[LR][CRS]B-")
"""As treebanks write brackets."""
_NO_LETTER = re.compile(r"[\W_]+")


def same_words(covered: str, given: str) -> bool:
    """Whether they differ in white space at most."""
    return covered.split() == given.split()


def same_letters(covered: str, given: str) -> bool:
    """Whether they differ in punctuation at most, which tokens spell in ways of their own; what has
    no letters, such as an emoji, must be the same."""
    covered_letters, given_letters = _letters(covered), _letters(given)
    if not covered_letters and not given_letters:
        return same_words(covered, given)
    return covered_letters == given_letters


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", _BRACKET.sub("", text))
