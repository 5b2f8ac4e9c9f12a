"""A stream that is made as it is read, and can begin again."""

from __future__ import annotations

import io
from abc import abstractmethod


class RewoundStream(io.RawIOBase):
    """What `read` gives is made on the way; `seek` goes back to the beginning and nowhere else."""

    _position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Back to the beginning, for who looks at the first bytes and then reads."""
        if (offset, whence) == (0, io.SEEK_SET):
            self._restart()
            self._position = 0
        elif (offset, whence) not in ((0, io.SEEK_CUR), (self._position, io.SEEK_SET)):
            raise self._refusal_to_seek()
        return self._position

    def _deliver(self, content: bytes, buffer: bytearray | memoryview) -> int:
        """Put what was made into the caller's buffer; returns its length."""
        self._position += len(content)
        buffer[: len(content)] = content
        return len(content)

    @abstractmethod
    def _restart(self) -> None:
        """Begin the source again."""

    @abstractmethod
    def _refusal_to_seek(self) -> ValueError:
        """What a format hears that jumps about in its file."""
