"""Other tools' offsets made ours: code points of the raw text, end exclusive.

Where a format carries an entity's own words, they tell whether its offsets are code points, UTF-16
units (JavaScript, Java) or UTF-8 bytes. One unit must fit all entities of a document: a word that
stands twice may fit a wrong one by chance.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import Literal

from storage.formats.fields import FieldError

Unit = Literal["code points", "UTF-16 units", "UTF-8 bytes"]
_UNITS: tuple[Unit, ...] = ("code points", "UTF-16 units", "UTF-8 bytes")
_BLANK = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Location:
    """Where a file says that an entity lies, and its words if the file says them."""

    start: int
    end: int
    surface: str | None = None
    label: str = ""


class Ruler:
    """Measures a text in UTF-16 units or UTF-8 bytes."""

    def __init__(self, text: str, unit: Unit) -> None:
        width = _utf16_width if unit == "UTF-16 units" else _utf8_width
        self._before = list(accumulate(chain((0,), map(width, text))))

    def units(self, code_point: int) -> int:
        """How many units lie before a code point."""
        return self._before[code_point]

    def code_point(self, offset: int) -> int | None:
        """The code point that begins there; None outside of the text and inside of one."""
        index = bisect_left(self._before, offset)
        there = index < len(self._before) and self._before[index] == offset
        return index if there else None


def in_code_points(
    text: str, locations: Sequence[Location]
) -> tuple[tuple[tuple[int, int], ...], str | None]:
    """The places in code points, and what to tell the person if they had to be converted.

    Raises `FieldError` naming the first entity that does not lie in the text, or whose words are
    not there whatever the unit.
    """
    fault = _first_fault(text, locations)
    if fault is None:
        return tuple((location.start, location.end) for location in locations), None
    if any(location.surface is not None for location in locations):
        for unit in _UNITS[1:]:
            if converted := _converted(text, locations, unit):
                note = f"its offsets are {unit}; they were converted to code points"
                return tuple((location.start, location.end) for location in converted), note
    raise FieldError(fault)


def _converted(text: str, locations: Sequence[Location], unit: Unit) -> list[Location] | None:
    ruler = Ruler(text, unit)
    converted = []
    for location in locations:
        start, end = ruler.code_point(location.start), ruler.code_point(location.end)
        if start is None or end is None:
            return None
        converted.append(Location(start, end, location.surface, location.label))
    return None if _first_fault(text, converted) else converted


def _first_fault(text: str, locations: Sequence[Location]) -> str | None:
    for location in locations:
        shown = f"entity [{location.start}, {location.end}) {_short(location.label)}"
        if not 0 <= location.start < location.end <= len(text):
            return (
                f"{shown} does not lie in the text of {len(text)} code points; offsets are code "
                "points, end exclusive"
            )
        there = text[location.start : location.end]
        if location.surface is not None and not _same(there, location.surface):
            return (
                f"{shown} is {_short(location.surface)} says the file, but {_short(there)} stands "
                "there, and neither UTF-16 nor UTF-8 offsets fit the whole record; was the text "
                "changed after it was annotated?"
            )
    return None


def _same(there: str, surface: str) -> bool:
    """Whether they differ in the kind of white space at most: some tools write \\n as a blank."""
    return there == surface or _BLANK.sub(" ", there) == _BLANK.sub(" ", surface)


def _short(value: str) -> str:
    return repr(value if len(value) <= 40 else f"{value[:37]}…")


def _utf16_width(character: str) -> int:
    return 2 if character > "\uffff" else 1


def _utf8_width(character: str) -> int:
    code = ord(character)
    return 1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4
