"""gzip that came from outside, unpacked as it is read and within limits."""

from __future__ import annotations

import io
import zlib
from pathlib import PurePath
from typing import BinaryIO

from storage.formats.limits import ArchiveError, Budget
from storage.formats.rewound import RewoundStream

MARK = b"\x1f\x8b"
_PART = 2**16
_GZIP = 31
"""zlib's number for gzip with the largest window."""


def unpacked(file: BinaryIO) -> BinaryIO:
    """The file itself, or what is inside if it is a gzip file."""
    start = file.read(len(MARK))
    file.seek(0)
    return io.BufferedReader(Gunzipped(file)) if start == MARK else file


def ending(name: str) -> str:
    """How a file's name ends, in lower case; of a gzip file, that of what is inside."""
    return PurePath(name.lower().removesuffix(".gz")).suffix


def readable_start(file: BinaryIO, size: int) -> bytes:
    """A file's first bytes, at most so many; of one that is cut off or broken, those before."""
    content = bytearray()
    try:
        while part := file.read(min(_PART, size - len(content))):
            content += part
    except ValueError:
        pass  # whoever reads it will say why
    return bytes(content)


class Gunzipped(RewoundStream):
    """A gzip file's content, unpacked as it is read. `read` raises `ArchiveError`."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._restart()

    def _refusal_to_seek(self) -> ArchiveError:
        return ArchiveError("this format is not read from inside of gzip; unpack the file first")

    def _restart(self) -> None:
        self._budget = Budget(self._file.seek(0, io.SEEK_END))
        self._file.seek(0)
        self._inflater = zlib.decompressobj(wbits=_GZIP)
        self._packed = b""

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            content = self._next(len(buffer))
        except zlib.error as error:
            raise ArchiveError(f"a broken gzip file: {error}; pack it again") from None
        self._budget.spend(len(content), "the gzip file")
        return self._deliver(content, buffer)

    def _next(self, most: int) -> bytes:
        """The next bytes, at most so many; none at the end."""
        while True:
            self._packed = self._packed or self._file.read(2**16)
            ended = not self._packed
            if self._inflater.eof:
                if ended:
                    return b""
                self._packed = self._packed.lstrip(b"\0")  # padding is allowed
                if not self._packed:
                    continue
                self._inflater = zlib.decompressobj(wbits=_GZIP)  # another gzip member follows
            content = self._inflater.decompress(self._packed, most)
            self._packed = self._inflater.unconsumed_tail or self._inflater.unused_data
            if content:
                return content
            if ended:
                raise ArchiveError("the gzip file is cut off; copy it again")
