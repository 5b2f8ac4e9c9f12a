"""The first lines of a column file, for somebody who chooses its columns."""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from core.text.columns import Layout, inspect, physical_lines
from storage.formats import COLUMNS, FORMATS
from storage.formats.archives import ZIP_MARKS, Archive
from storage.formats.encodings import utf8_start
from storage.formats.gzipped import unpacked
from storage.formats.limits import ArchiveError
from storage.formats.members import members_of

_START = 65_536
"""Bytes of a file's beginning that are looked at."""


@dataclass(frozen=True, slots=True)
class ColumnSample:
    """What was found in a column file, and its first words with everything beside them."""

    layout: Layout
    rows: tuple[tuple[str, ...], ...]

    @property
    def width(self) -> int:
        """How many columns there are to choose from."""
        return self.layout.width or max(map(len, self.rows), default=0)

    @property
    def tags(self) -> tuple[str, ...]:
        """The columns of tags that were found, as a `ColumnChoice` names them."""
        if not self.layout.certain:
            return ()
        return tuple(
            str(tag.index + 1) + (f":{tag.key}" if tag.key else "") for tag in self.layout.tags
        )


def column_sample(source: bytes | Path, rows: int, encoding: str | None = None) -> ColumnSample:
    """The layout of a file and so many of its rows; none of a file that cannot be unpacked.

    `encoding` is one of `storage.formats.ENCODINGS`, for a file that is not UTF-8.
    """
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
        try:
            start = _start(unpacked(file))
        except ArchiveError:
            start = b""
    text = (
        start.decode(encoding, "replace")
        if encoding
        else utf8_start(start).decode("utf-8", "replace")
    )
    lines = physical_lines(text.split("\n"))
    layout, table = inspect([line for line in lines if isinstance(line, str)])
    return ColumnSample(layout, tuple(islice(table, rows)))


def _start(file: BinaryIO) -> bytes:
    """The first bytes of a file, or of an archive's first column file. Raises `ArchiveError`."""
    start = file.read(_START)
    if not start.startswith(ZIP_MARKS):
        return start
    archive = Archive(file)
    members = members_of(archive, FORMATS[COLUMNS])
    return archive.start(members[0], _START) if members else b""
