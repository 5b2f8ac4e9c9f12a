"""Other tools' offsets made ours: code points of the raw text, end exclusive.

Where a format carries an entity's own words, they tell how its offsets are counted: in code points,
UTF-16 units (JavaScript, Java) or UTF-8 bytes; with CRLF as one (Python's text files) or LF as two
(an export to Windows); with or without a byte order mark. One way must fit all entities of
a document: a word that stands twice may fit a wrong one by chance.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, product
from typing import Literal

from storage.formats.fields import FieldError

Unit = Literal["code points", "UTF-16 units", "UTF-8 bytes"]
LineEnds = Literal["as they are", "CRLF as one", "LF as two"]
ByteOrderMark = Literal["as it is", "left out", "counted"]
Offsets = tuple[tuple[int, int], ...]
_MARK = "\ufeff"
_BLANKS = (re.compile(r"\r\n|\s"), re.compile(r"\s"))
"""What tools that write words on one line make a blank of: CRLF as one, or as two."""
_WRITTEN_LINE_END = re.compile(r"\\r\\n|\\[nr]")
"""A backslash and a letter, which Label Studio writes in the place of a line end."""
_LONE_LF = re.compile(r"(?<!\r)\n")
_LINE_END = re.compile(r"[\r\n]")
_MOST_CHANGES = 2
"""In how many ways at once another tool's counting may differ."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a file says that an entity lies, and its words if the file says them."""

    start: int
    end: int
    surface: str | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Counting:
    """How a tool counts. "left out": a byte order mark that begins our text; "counted": one that
    ours has not."""

    unit: Unit = "code points"
    line_ends: LineEnds = "as they are"
    mark: ByteOrderMark = "as it is"

    @property
    def changes(self) -> int:
        """In how many ways it differs from ours."""
        ours = Counting()
        return (
            (self.unit != ours.unit) + (self.line_ends != ours.line_ends) + (self.mark != ours.mark)
        )

    def __str__(self) -> str:
        return " and ".join(
            [
                *([f"are {self.unit}"] if self.unit != "code points" else []),
                *([f"count {self.line_ends}"] if self.line_ends != "as they are" else []),
                *({"left out": ["leave the byte order mark out"],
                   "counted": ["count a byte order mark"]}.get(self.mark, [])),
            ]
        )  # fmt: skip


class Ruler:
    """Measures a text as another tool counts it."""

    def __init__(self, text: str, counting: Counting | Unit) -> None:
        if isinstance(counting, str):
            counting = Counting(counting)
        width = _WIDTHS[counting.unit]
        widths = [width(character) for character in text]
        if counting.line_ends == "CRLF as one":
            for match in re.finditer("\r\n", text):
                widths[match.start()] = 0
        elif counting.line_ends == "LF as two":
            for match in _LONE_LF.finditer(text):
                widths[match.start()] += 1
        if counting.mark == "left out" and text.startswith(_MARK):
            widths[0] = 0
        first = width(_MARK) if counting.mark == "counted" else 0
        self._before = list(accumulate(chain((first,), widths)))

    def units(self, code_point: int) -> int:
        """How many units lie before a code point."""
        return self._before[code_point]

    def code_point(self, offset: int) -> int | None:
        """The code point that begins there; None outside of the text and inside of one.

        Of several, since some have no width, the first: where an entity ends.
        """
        return self._checked(bisect_left(self._before, offset), offset)

    def start(self, offset: int) -> int | None:
        """As `code_point`, but of several the last: where an entity starts."""
        return self._checked(bisect_right(self._before, offset) - 1, offset)

    def _checked(self, index: int, offset: int) -> int | None:
        there = 0 <= index < len(self._before) and self._before[index] == offset
        return index if there else None


def in_code_points(text: str, locations: Sequence[Location]) -> tuple[Offsets, str | None]:
    """The places in code points, and what to tell the person if they had to be converted.

    Raises `FieldError` naming the first entity that has no length, or does not lie in the text, or
    whose words are not there however offsets are counted, or there in several ways.
    """
    _refuse_empty(locations)
    fault = _first_fault(text, locations)
    if fault is None:
        return _as_they_are(locations), None
    index, reason = fault
    if any(location.surface is not None for location in locations):
        for fitting in _fitting(text, locations):
            if len(set(fitting.values())) > 1:
                ways = ", or ".join(map(str, fitting))
                raise FieldError(f"{reason}; its offsets {ways}: which, its words do not tell")
            for counting, offsets in fitting.items():
                return offsets, f"its offsets {counting}; they were converted to code points"
        fault = _first_fault(text, locations, _same_but_for_blanks)
        if fault is None:
            return _as_they_are(locations), None
        index, reason = fault
        reason += _cause(text, locations, index)
    raise FieldError(reason)


def _refuse_empty(locations: Sequence[Location]) -> None:
    for location in locations:
        if location.start == location.end:
            raise FieldError(
                f"{_named(location)} has no words: it ends where it begins; offsets are end "
                "exclusive: leave it out, or correct its end"
            )


def _as_they_are(locations: Sequence[Location]) -> Offsets:
    return tuple((location.start, location.end) for location in locations)


def _fitting(text: str, locations: Sequence[Location]) -> Iterator[dict[Counting, Offsets]]:
    """The ways of counting that fit all locations, those with fewer changes first."""
    if not _occur(text, locations):
        return
    for changes in range(1, _MOST_CHANGES + 1):
        yield {
            counting: converted
            for counting in _countings(text)
            if counting.changes == changes and (converted := _converted(text, locations, counting))
        }


def _occur(text: str, locations: Sequence[Location]) -> bool:
    """Whether the first words that are not where they should be stand anywhere in the text."""
    for location in locations:
        if location.surface is not None and _fault(text, location, location.start, location.end):
            return any(
                blank.sub(" ", location.surface) in blank.sub(" ", text) for blank in _BLANKS
            )
    return True


def _countings(text: str) -> Iterator[Counting]:
    """The ways of counting that make a difference in a text."""
    units: list[Unit] = ["code points"]
    units += ["UTF-16 units"] if max(text, default="") > "\uffff" else []
    units += ["UTF-8 bytes"] if not text.isascii() else []
    ends: list[LineEnds] = ["as they are"]
    ends += ["CRLF as one"] if "\r\n" in text else []
    ends += ["LF as two"] if _LONE_LF.search(text) else []
    marks: list[ByteOrderMark] = ["as it is", "left out" if text.startswith(_MARK) else "counted"]
    return (Counting(unit, end, mark) for mark, end, unit in product(marks, ends, units))


def _converted(text: str, locations: Sequence[Location], counting: Counting) -> Offsets | None:
    ruler = Ruler(text, counting)
    converted = []
    for location in locations:
        start, end = ruler.start(location.start), ruler.code_point(location.end)
        if start is None or end is None or _fault(text, location, start, end):
            return None
        converted.append((start, end))
    return tuple(converted)


def _same(there: str, surface: str) -> bool:
    """Whether they differ in the kind of white space at most: some tools write \\n as a blank."""
    return there == surface or any(
        blank.sub(" ", there) == blank.sub(" ", surface) for blank in _BLANKS
    )


def _same_but_for_blanks(there: str, surface: str) -> bool:
    """Whether they are the same words, as a browser writes what was selected: it makes one blank of
    several, and Label Studio a backslash and an n of a line end.

    It cannot tell two ways of counting apart that differ by a blank: it is for offsets as they are.
    """
    return _words(there) == _words(surface)


def _words(surface: str) -> list[str]:
    return _WRITTEN_LINE_END.sub(" ", surface).split()


def _first_fault(
    text: str, locations: Sequence[Location], same: Callable[[str, str], bool] = _same
) -> tuple[int, str] | None:
    for index, location in enumerate(locations):
        if fault := _fault(text, location, location.start, location.end, same):
            return index, fault
    return None


def _fault(
    text: str,
    location: Location,
    start: int,
    end: int,
    same: Callable[[str, str], bool] = _same,
) -> str | None:
    shown = _named(location)
    if not 0 <= start < end <= len(text):
        return (
            f"{shown} does not lie in the text of {len(text)} code points; offsets are code "
            "points, end exclusive"
        )
    there = text[start:end]
    if location.surface is not None and not same(there, location.surface):
        return f"{shown} is {_short(location.surface)} says the file, but {_short(there)} is there"
    return None


def _cause(text: str, locations: Sequence[Location], index: int) -> str:
    """What may have happened to the text, by where the first entity that does not fit lies."""
    tried = (
        ", and neither UTF-16 nor UTF-8 offsets, nor other line ends or a byte order mark, fit the "
        "whole record"
    )
    first_end = match.start() if (match := _LINE_END.search(text)) else len(text)
    fitting = sorted(location.end for location in locations[:index])
    if fitting and fitting[-1] <= first_end < locations[index].start:
        return f"{tried}; the entities of the first line fit: were line ends changed or removed?"
    return f"{tried}; was the text changed after it was annotated?"


def _named(location: Location) -> str:
    return f"entity [{location.start}, {location.end}) {_short(location.label)}"


def _short(value: str) -> str:
    return repr(value if len(value) <= 40 else f"{value[:37]}…")


def _utf16_width(character: str) -> int:
    return 2 if character > "\uffff" else 1


def _utf8_width(character: str) -> int:
    code = ord(character)
    return 1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4


_WIDTHS: dict[Unit, Callable[[str], int]] = {
    "code points": lambda _: 1,
    "UTF-16 units": _utf16_width,
    "UTF-8 bytes": _utf8_width,
}
