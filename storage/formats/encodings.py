"""Bytes to text: UTF-8, or UTF-16 and UTF-32 that say so by a byte order mark; nothing is guessed.

A wrong guess would change the text in silence, so that any other encoding is refused, with what
it may be: the person who imports chooses (`storage.formats.likely_encodings`,
`storage.formats.recoded`). The text is kept exactly: line ends, NUL, double spaces.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import IO, AnyStr, BinaryIO

from storage.formats import limits
from storage.formats.binary_kinds import binary_refusal
from storage.formats.likely_encodings import EncodingCandidate, likely

UTF8_MARK = codecs.BOM_UTF8
_ARCHIVE = b"PK"
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16's, which it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 65_536
"""Bytes by which a file's encoding is judged."""
_ENOUGH = 3
"""Lines that must all be no UTF-8 before the whole file is called so, and not its one bad line."""
_BEFORE, _AFTER = 1_024, 3_072
"""Bytes around a fault by which its encoding is judged."""


class EncodingError(ValueError):
    """A file that is not UTF-8; the message says what it looks like and what to do."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


def decoded(content: bytes) -> str:
    """The text of a whole file, exactly; UTF-8's byte order mark stays. Raises `EncodingError`."""
    _refuse_other_kinds(content)
    encoding = marked(content)
    try:
        return content.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        raise (_broken(encoding, error) if encoding else _refusal(error)) from None


def utf8_lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file as UTF-8 with their ends, without a byte order mark.

    A line that is not UTF-8 is handed on, for its reader to name. Raises `EncodingError` where the
    mark is broken off or every one of the first lines beyond ASCII is in another encoding.
    """
    sample = file.read(_SAMPLE)
    _refuse_other_kinds(sample)
    rest = _Joined(sample, file)
    encoding = marked(sample)
    if encoding is not None:
        yield from _recoded(rest, encoding)
        return
    non_ascii = [line for line in sample.split(b"\n")[:-1] if not line.isascii()]
    faults = [fault for line in non_ascii if (fault := _fault(line))]
    if _ENOUGH <= len(non_ascii) == len(faults):
        raise _refusal(_fault(sample) or faults[0])
    for number, line in enumerate(_bounded(io.BufferedReader(rest))):
        yield line.removeprefix(UTF8_MARK) if number == 0 else line


def utf8_start(start: bytes, chosen: str | None = None) -> bytes:
    """A file's first bytes as UTF-8, without a byte order mark, for those who look at them;
    `chosen` is the encoding of a text that does not say its own."""
    encoding = marked(start) or (None if start.startswith((UTF8_MARK, _ARCHIVE)) else chosen)
    if encoding is None:
        return start.removeprefix(UTF8_MARK)
    return start.decode(encoding, "ignore").encode()


def not_utf8(error: UnicodeDecodeError) -> str:
    """What to say of one record that is not UTF-8."""
    return (
        f"not UTF-8: byte 0x{error.object[error.start]:02x} at byte {error.start} of the record; "
        "choose the file's encoding, or save it as UTF-8"
    )


def marked(start: bytes) -> str | None:
    return next((encoding for mark, encoding in _MARKS if start.startswith(mark)), None)


def _refuse_other_kinds(start: bytes) -> None:
    if reason := binary_refusal(start):
        raise EncodingError(1, reason)


def _fault(content: bytes) -> UnicodeDecodeError | None:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return error
    return None


def _recoded(file: io.RawIOBase, encoding: str) -> Iterator[bytes]:
    with io.TextIOWrapper(io.BufferedReader(file), encoding, newline="\n") as lines:
        try:
            for line in _bounded(lines):
                yield line.encode()
        except UnicodeDecodeError as error:
            raise _broken(encoding, error) from None


def _bounded(lines: IO[AnyStr]) -> Iterator[AnyStr]:
    """The lines, none longer than memory should hold. Raises `ArchiveError`."""
    number = 0
    while line := lines.readline(limits.MOST_IN_RECORD + 1):
        number += 1
        limits.check_record(len(line), f"line {number:,}", "is a line end missing?")
        yield line


def _broken(encoding: str, error: UnicodeDecodeError) -> EncodingError:
    return EncodingError(
        1,
        f"the file says by its first bytes that it is {encoding.upper()}, but is not: "
        f"{error.reason}; save it as UTF-8",
    )


def candidates(start: bytes) -> tuple[EncodingCandidate, ...]:
    """What the encoding of a file that begins so may be, judged around its first fault; empty for
    UTF-8, and for what says by its first bytes what it is."""
    if marked(start) or binary_refusal(start):
        return ()
    fault = _fault(start)
    return () if fault is None or _is_cut(fault) else likely(_around(fault))


def _is_cut(fault: UnicodeDecodeError) -> bool:
    """Whether the fault may be that the last character of a file's beginning is not whole."""
    return fault.reason == "unexpected end of data"


def _around(fault: UnicodeDecodeError) -> bytes:
    return fault.object[max(0, fault.start - _BEFORE) : fault.start + _AFTER]


def _refusal(fault: UnicodeDecodeError) -> EncodingError:
    """What to say of a whole file, or of its first part."""
    content = fault.object
    line = content.count(b"\n", 0, fault.start) + 1
    found = " or ".join(map(str, likely(_around(fault))))
    return EncodingError(
        line,
        f"not UTF-8: byte 0x{content[fault.start]:02x} in line {line}; "
        + (f"it may be {found}. " if found else "")
        + "Choose its encoding, or save it as UTF-8",
    )


class _Joined(io.RawIOBase):
    """Bytes that were already read, and the file that they were read from."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        self._start, self._rest = io.BytesIO(start), rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        content = self._start.read(len(buffer)) or self._rest.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)
