"""Bytes to text: UTF-8, or UTF-16 and UTF-32 that say so by a byte order mark; nothing is guessed.

A wrong guess would change the text in silence, so that any other encoding is refused, with what
it looks like and how to convert it. The text is kept exactly: line ends, NUL, double spaces.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import IO, AnyStr, BinaryIO

from storage.formats import limits

UTF8_MARK = codecs.BOM_UTF8
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
_LIKELY = (
    "cp1252 cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 cp1257 koi8_r cp932 euc_jp gb18030 big5 "
    "euc_kr utf_16_le utf_16_be"
)
_ICONV = {"cp932": "SHIFT_JIS", "utf_16_le": "UTF-16LE", "utf_16_be": "UTF-16BE"}


_NOT_TEXT = (
    (b"%PDF-", "a PDF file"),
    (b"{\\rtf", "an RTF file"),
    (b"\xd0\xcf\x11\xe0", "a Word, Excel or PowerPoint file"),
    (b"\x7fELF", "a program"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3\0", "an SQLite database"),
)
"""Beginnings of files that are no text though some are UTF-8."""


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

    A line that is no UTF-8 is handed on, for its reader to name. Raises `EncodingError` where the
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


def utf8_start(start: bytes) -> bytes:
    """A file's first bytes as UTF-8, without a byte order mark, for those who look at them."""
    encoding = marked(start)
    if encoding is None:
        return start.removeprefix(UTF8_MARK)
    return start.decode(encoding, "ignore").encode()


def not_utf8(error: UnicodeDecodeError) -> str:
    """What to say of one record that is not UTF-8."""
    return (
        f"not UTF-8: byte 0x{error.object[error.start]:02x} at byte {error.start} of the record; "
        "save the file as UTF-8"
    )


def marked(start: bytes) -> str | None:
    return next((encoding for mark, encoding in _MARKS if start.startswith(mark)), None)


def _refuse_other_kinds(start: bytes) -> None:
    for beginning, kind in _NOT_TEXT:
        if start.startswith(beginning):
            raise EncodingError(1, f"this is {kind}, and not text; save it as plain text in UTF-8")


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


def _refusal(error: UnicodeDecodeError) -> EncodingError:
    """What to say of a whole file, or of its first part."""
    content = error.object
    line = content.count(b"\n", 0, error.start) + 1
    remedy = "save it as UTF-8"
    if encoding := _guess(content[max(0, error.start - 1024) : error.start + 3072]):
        name = _ICONV.get(encoding, encoding.upper().replace("_", "-"))
        remedy = (
            f"it looks like {name}. Save it as UTF-8 in your editor, or convert it: "
            f"iconv -f {name} -t UTF-8 FILE > NEW_FILE"
        )
    return EncodingError(
        line, f"not UTF-8: byte 0x{content[error.start]:02x} in line {line}; {remedy}"
    )


def _guess(sample: bytes) -> str | None:
    """The likeliest of the encodings that people still save files in."""
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=_LIKELY.split()).best()
    return best.encoding if best else None


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
