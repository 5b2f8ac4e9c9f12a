"""How much may come out of a packed file, and what is said when it would be more."""

from __future__ import annotations

from typing import BinaryIO

MOST_IN_ALL = 4 * 2**30
MOST_RATIO = 250
"""Unpacked to packed. Text packs to a tenth; deflate cannot go below a thousandth."""
FREE = 16 * 2**20
"""Unpacked bytes below which the ratio is nobody's concern."""


MOST_IN_RECORD = 256 * 2**20
"""Bytes of a line, or of a file that is one record or must be read as a whole."""


class ArchiveError(ValueError):
    """An archive that is broken, or made to do harm; the message is for who imports it."""


class Budget:
    """What may still be unpacked of one file; `packed` is its size in bytes."""

    def __init__(self, packed: int) -> None:
        self._packed, self._unpacked = packed, 0

    def spend(self, size: int, name: str) -> None:
        """Counts unpacked bytes. Raises `ArchiveError` where they become a flood."""
        self._unpacked += size
        if self._unpacked > MOST_IN_ALL:
            raise ArchiveError(
                f"{name}: unpacks to more than {MOST_IN_ALL // 2**30} GB; split it into parts"
            )
        if self._unpacked > FREE and self._unpacked > MOST_RATIO * self._packed:
            raise ArchiveError(
                f"{name}: unpacks to more than {MOST_RATIO} times its size, which text does not: "
                "it looks like a decompression bomb; unpack it yourself and import what is inside"
            )


def whole(file: BinaryIO) -> bytes:
    """A file that cannot be read in parts. Raises `ArchiveError` where it would fill the memory."""
    parts: list[bytes] = []
    total = 0
    while part := file.read(2**20):
        total += len(part)
        check_record(total, "the file", "it is read as a whole: split it into several files")
        parts.append(part)
    return b"".join(parts)


def check_record(size: int, what: str, remedy: str) -> None:
    """Raises `ArchiveError` where a record has more bytes than the memory should hold."""
    if size > MOST_IN_RECORD:
        raise ArchiveError(f"{what} is larger than {MOST_IN_RECORD // 2**20} MB; {remedy}")
