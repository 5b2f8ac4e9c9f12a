"""Lines of a column file: ended by LF, CRLF or CR, and by nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Undecodable:
    """A line that is no text, and why."""

    reason: str


Line = str | Undecodable


def physical_lines(chunks: Iterable[Line]) -> Iterator[Line]:
    """Split what lies between line feeds at its carriage returns, and drop the line ends.

    U+2028, U+0085 and other separators of Unicode stay within their word.
    """
    for chunk in chunks:
        if isinstance(chunk, Undecodable):
            yield chunk
        else:
            yield from chunk.removesuffix("\n").rstrip("\r").split("\r")
