"""Word-shape features: capitalisation and digits, which an uncased encoder cannot see."""

from __future__ import annotations

from functools import lru_cache

SHAPES = ("other", "lower", "capital", "upper", "initial", "mixed", "digits", "number", "handle")


@lru_cache(maxsize=65_536)
def shape_of(word: str) -> int:
    """The index in `SHAPES` of how a word is written.

    >>> [SHAPES[shape_of(w)] for w in ("the", "Oslo", "NATO", "J.", "iPhone", "42", "3rd", "@al")]
    ['lower', 'capital', 'upper', 'initial', 'mixed', 'digits', 'number', 'handle']
    """
    if len(word) > 1 and word[0] in "@#":
        return SHAPES.index("handle")
    if word.isdigit():
        return SHAPES.index("digits")
    if any(character.isdigit() for character in word):
        return SHAPES.index("number")
    letters = [character for character in word if character.isalpha()]
    if not letters:
        return SHAPES.index("other")
    uppers = sum(character.isupper() for character in letters)
    if uppers == 0:
        return SHAPES.index("lower")
    if uppers == len(letters):
        return SHAPES.index("initial" if uppers == 1 else "upper")
    return SHAPES.index("capital" if uppers == 1 and letters[0].isupper() else "mixed")
