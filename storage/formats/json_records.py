"""JSON objects out of a file, one after another: one a line, over several lines, or in one array.

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
"""Characters that one object may have that is no line."""
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
    """`(number, line, value or BadRecord)`; the number is the line, or the value's from 1."""
    content = file.read(_START)
    file.seek(0)
    encoding = marked(content)
    start = content.decode(encoding or "utf-8-sig", errors="ignore").lstrip(" \t\r\n")
    is_array = start.startswith("[")
    if not is_array and not _spans_lines(start, cut=len(content) == _START):
        yield from _lines(file)
        return
    text = (
        io.TextIOWrapper(file, encoding, newline="")
        if encoding
        else io.TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline="")
    )
    try:
        yield from _until_fault(text, _in_array if is_array else _in_sequence)
    finally:
        text.detach()


def _spans_lines(start: str, *, cut: bool) -> bool:
    """Whether the first value is an object that goes on behind its first line, as printers that
    indent write it; a broken line among others does not."""
    first, _, following = start.partition("\n")
    if not start.startswith("{") or not following.strip() or _is_json(first):
        return False
    try:
        _, end = _DECODER.raw_decode(start)
    except json.JSONDecodeError as error:
        last = len(start) - _CUT if cut else len(start.rstrip())
        return error.pos >= last or error.msg.startswith("Unterminated")
    except (RecursionError, ValueError):
        return False
    return end > len(first)


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


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


def _in_array(window: _Window) -> Iterator[tuple[int, object]]:
    window.next()
    first, closing = True, ""
    while closing != "]":
        window.skip()
        if window.next() == "]" and first:
            break
        yield window.value()
        first, closing = False, window.next()
        if closing not in (",", "]"):
            shown = repr(closing) if closing else "the file's end"
            raise ValueError(f"a comma or ] is expected after an element, got {shown}")
    window.skip()
    if trailing := window.next():
        raise ValueError(f"the array has ended, but {trailing!r} follows")


def _in_sequence(window: _Window) -> Iterator[tuple[int, object]]:
    while window.next():
        yield window.value()


def _until_fault(
    text: TextIO, values: Callable[[_Window], Iterator[tuple[int, object]]]
) -> Iterator[tuple[int, int, object]]:
    window = _Window(text)
    number = 0
    try:
        for number, (line, value) in enumerate(values(window), 1):
            yield number, line, value
    except UnicodeDecodeError as error:
        yield number + 1, window.line, _stopped(window.line, number, not_utf8(error))
    except RecursionError:
        yield number + 1, window.line, _stopped(window.line, number, "nested too deeply")
    except ValueError as error:
        yield number + 1, window.line, _stopped(window.line, number, f"not JSON: {error}")


def _stopped(line: int, number: int, reason: str) -> BadRecord:
    return BadRecord(
        line,
        f"{reason}; the {number:,} elements before are read, and nothing that follows: nobody can "
        "tell where the next one begins",
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
