"""Files that are no text, by how they begin, and what to do with each kind."""

from __future__ import annotations

import re

_AS_TEXT = "save it as plain text in UTF-8"
_AS_ZIP = "unpack it, and pack the files inside as a ZIP archive"
_AS_GZIP = "unpack it; of packed files gzip and ZIP are read"
_AS_PARQUET = "save the data set as Parquet or JSON lines"
_KINDS: tuple[tuple[bytes, str, str], ...] = (
    (rb"%PDF-", "a PDF file", _AS_TEXT),
    (rb"\{\\rtf", "an RTF file", _AS_TEXT),
    (rb"\xd0\xcf\x11\xe0", "a Word, Excel or PowerPoint file", _AS_TEXT),
    (rb"\x7fELF", "a program", _AS_TEXT),
    (rb"PAR1", "a Parquet file", _AS_TEXT),
    (rb"SQLite format 3\0", "an SQLite database", _AS_TEXT),
    (rb".{257}ustar", "a tar archive", _AS_ZIP),
    (rb"7z\xbc\xaf\x27\x1c", "a 7z archive", _AS_ZIP),
    (rb"Rar!\x1a\x07", "a RAR archive", _AS_ZIP),
    (rb"BZh[1-9]1AY&SY", "a file packed by bzip2", _AS_GZIP),
    (rb"\xfd7zXZ\0", "a file packed by xz", _AS_GZIP),
    (rb"\x28\xb5\x2f\xfd", "a file packed by zstd", _AS_GZIP),
    (rb"ARROW1\0\0|\xff{4}.{3}\0\x10\0\0\0", "an Arrow file", _AS_PARQUET),
    (rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a", "an image", _AS_TEXT),
)
"""Beginnings; some of these files are UTF-8, and would become a text in silence."""
_PATTERNS = tuple((re.compile(start, re.DOTALL), kind, remedy) for start, kind, remedy in _KINDS)


def binary_refusal(start: bytes) -> str | None:
    """Why a file that begins so is not read as text, and what to do; None for a text."""
    for pattern, kind, remedy in _PATTERNS:
        if pattern.match(start):
            return f"this is {kind}, and not text; {remedy}"
    return None
