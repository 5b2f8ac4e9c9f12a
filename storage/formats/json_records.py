"""JSON objects out of a file, one after another: one a line, or the elements of one array.

An array is read in parts, so that one of a gigabyte needs a few megabytes. The standard library's
decoder reads the elements; the streaming parsers at hand (yajl) put `?` for half a character
and fill the memory when an array is nested deeply. A byte that is not UTF-8 spoils the record that
holds it alone: in an array it becomes half a character, which `storage.formats.fields` refuses.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import Any, BinaryIO, TextIO, TypeVar

from storage.formats.encodings import marked, not_utf8, utf8_lines
from storage.formats.fields import FieldError, object_of
from storage.records import BadRecord, DocumentRecord, Record

Parse = Callable[[Mapping[str, Any], str, int], DocumentRecord]
"""`(record, name, line)`; raises `FieldError`."""
Parsed = TypeVar("Parsed")

_START = 65_536
_PART = 2**20
_LONGEST = 256 * 2**20
"""Characters that one element of an array may have."""
_DECODER = json.JSONDecoder()
_NOT_BLANK = re.compile(r"[^ \t\r\n]")
_CUT = 16
"""A fault this near to the end of what was read may be the end's: no literal is longer."""


def read_records(file: BinaryIO, name: str, parse: Parse) -> Iterator[Record]:
    """Each object as `parse` reads it, named by the file and the line or element it stands at."""
    return read_values(
        file, name, lambda value, named, line: parse(object_of(value, "a record"), named, line)
    )


def read_values(
    file: BinaryIO, name: str, parse: Callable[[object, str, int], Parsed], *, lines: bool = False
) -> Iterator[Parsed | BadRecord]:
    """As `read_records`, for records that need be neither objects nor documents; `lines`: each is a
    line."""
    stem = PurePath(name).stem
    for number, line, value in _lines(file) if lines else _values(file):
        if isinstance(value, BadRecord):
            yield value
            continue
        try:
            yield parse(value, f"{stem}:{number}", line)
        except RecursionError:
            yield BadRecord(line, "nested too deeply for a record")
        except FieldError as error:
            yield BadRecord(line, str(error))


def _values(file: BinaryIO) -> Iterator[tuple[int, int, object]]:
    """`(number, line, value or BadRecord)`; the number is the line, or the element's from 1."""
    start = file.read(_START)
    file.seek(0)
    encoding = marked(start)
    if _is_array(start.decode(encoding or "utf-8-sig", errors="ignore")):
        text = (
            io.TextIOWrapper(file, encoding, newline="")
            if encoding
            else io.TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline="")
        )
        try:
            yield from _elements(text)
        finally:
            text.detach()
    else:
        yield from _lines(file)


def _is_array(start: str) -> bool:
    return start.lstrip(" \t\r\n").startswith("[")


def _lines(file: BinaryIO) -> Iterator[tuple[int, int, object]]:
    for number, content in enumerate(utf8_lines(file), 1):
        if not content.strip():
            continue
        value: object
        try:
            value = json.loads(content.decode())
        except UnicodeDecodeError as error:
            value = BadRecord(number, not_utf8(error))
        except RecursionError:
            value = BadRecord(number, "nested too deeply for a record")
        except ValueError as error:
            value = BadRecord(number, f"not JSON: {error}; one object a line is expected")
        yield number, number, value


def _elements(text: TextIO) -> Iterator[tuple[int, int, object]]:
    window = _Window(text)
    number = 0
    try:
        window.next()
        closing = ""
        while closing != "]":
            window.skip()
            if window.next() == "]" and number == 0:
                break
            line, value = window.value()
            number += 1
            yield number, line, value
            closing = window.next()
            if closing not in (",", "]"):
                found = repr(closing) if closing else "the file's end"
                raise ValueError(f"a comma or ] is expected after an element, got {found}")
        window.skip()
        if trailing := window.next():
            raise ValueError(f"the array has ended, but {trailing!r} follows")
    except UnicodeDecodeError as error:
        yield number + 1, window.line, _stopped(window.line, number, not_utf8(error))
    except RecursionError:
        yield number + 1, window.line, _stopped(window.line, number, "nested too deeply")
    except ValueError as error:
        yield number + 1, window.line, _stopped(window.line, number, f"not JSON: {error}")


def _stopped(line: int, number: int, reason: str) -> BadRecord:
    return BadRecord(
        line,
        f"{reason}; the {number:,} elements before are read, and nothing that follows: "
        "in a JSON array nobody can tell where the next one begins",
        ends_file=True,
    )


class _Window:
    """The part of the file that is being looked at, and the place in it."""

    def __init__(self, file: TextIO) -> None:
        self._file, self._text, self._at = file, "", 0
        self.line = 1

    def next(self) -> str:
        """Goes to the next character that is not blank, and says it; "" at the end."""
        while (match := _NOT_BLANK.search(self._text, self._at)) is None and self._more():
            pass
        self._go(match.start() if match else len(self._text))
        return self._text[self._at : self._at + 1]

    def skip(self) -> None:
        """Goes past the character that `next` said."""
        self._at += 1

    def value(self) -> tuple[int, object]:
        """The line that the value here begins at, and the value. Raises `ValueError`."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                cut = error.pos >= len(self._text) - _CUT or error.msg.startswith("Unterminated")
                if not (cut and self._more()):
                    raise
                continue
            if end == len(self._text) and self._more():
                continue  # a number may go on
            line = self.line
            self._go(end)
            return line, value

    def _go(self, to: int) -> None:
        self.line += self._text.count("\n", self._at, to)
        self._at = to

    def _more(self) -> bool:
        """Reads as much again as the value has already, so that the time stays linear."""
        begun = self._text[self._at :]
        if len(begun) > _LONGEST:
            raise ValueError(
                f"an element has over {_LONGEST // 2**20} million characters; is a quote missing?"
            )
        part = self._file.read(max(_PART, len(begun)))
        self._text, self._at = begun + part, 0
        return bool(part)
