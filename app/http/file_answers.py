"""Files as answers, part by part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

_PART = 2**16


def parts(file: IO[bytes]) -> Iterator[bytes]:
    """The file from its beginning on; it is closed once all of it was sent, or nobody reads on."""
    with file:
        file.seek(0)
        while part := file.read(_PART):
            yield part
