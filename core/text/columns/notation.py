"""How a column writes its tags: `B-PER`, `B_PER`, `PER-B`, bare `PER`, or bare `B`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from ...types import Span
from ..tag_schemes import CrowdedTagError, TagError, decode_tags, split_tag

UNNAMED = "ENTITY"
"""The label of tags that are `B` and `I` alone."""
OUTSIDE = frozenset({"O", "o", "_", "-", "0", "*"})
_PREFIXED = re.compile(r"([BIMELSUW])[-_:./](\S+(?: \S+)*)", re.IGNORECASE)
_SUFFIXED = re.compile(r"(\S+)[-_:./]([BIMELSUW])")
_BARE_PREFIX = re.compile(r"[BIMELSUW]")
_BARE_LABEL = re.compile(r"[^\W\d_][\w.&/+-]{0,39}")


class Notation(Enum):
    """The values say it to a reader."""

    STANDARD = "B-LABEL"
    PREFIXED = "B_LABEL"
    SUFFIXED = "LABEL-B"
    LABELS = "LABEL without B- and I-: neighbours with one label are one entity"
    PREFIXES = f"B and I without a label: they become {UNNAMED}"


def canonical(cell: str, notation: Notation) -> str:
    """The tag as `O` or `B-LABEL`. Raises `TagError`."""
    tag = cell.strip()
    if tag in OUTSIDE:
        return "O"
    tag = _rewritten(tag, notation)
    split_tag(tag)
    return tag


def _rewritten(tag: str, notation: Notation) -> str:
    """The tag in the standard notation, or as it is where it is written otherwise."""
    if notation is Notation.PREFIXED and (match := _PREFIXED.fullmatch(tag)):
        return f"{match[1].upper()}-{match[2]}"
    if notation is Notation.SUFFIXED and (match := _SUFFIXED.fullmatch(tag)):
        return f"{match[2]}-{match[1]}"
    if notation is Notation.LABELS and _BARE_LABEL.fullmatch(tag):
        return f"I-{tag}"
    if notation is Notation.PREFIXES and _BARE_PREFIX.fullmatch(tag):
        return f"{tag}-{UNNAMED}"
    return tag


def is_tag(cell: str, notation: Notation = Notation.STANDARD) -> bool:
    """Whether it is written as one, though it may not be readable."""
    try:
        canonical(cell, notation)
    except TagError as error:
        return isinstance(error, CrowdedTagError)
    return True


def is_readable(cell: str, notation: Notation) -> bool:
    try:
        canonical(cell, notation)
    except TagError:
        return False
    return True


def spans_of(cells: Sequence[str], notation: Notation) -> tuple[Span, ...]:
    """The entities of a column of one sentence. Raises `TagError`."""
    return decode_tags([canonical(cell, notation) for cell in cells])
