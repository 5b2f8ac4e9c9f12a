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
    """Whether they differ in punctuation at most, which tokens spell in ways of their own."""
    return _letters(covered) == _letters(given)


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", _BRACKET.sub("", text))
