"""Which format a file has, by how its name ends and how it begins; of a ZIP archive, its members'.

What is evidently annotated, or a table, and in none of the formats is refused: as plain text its
markup would become the document.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

from storage.formats.archives import ZIP_MARKS, Archive, packed_again, suffix
from storage.formats.catalogue import TABLE
from storage.formats.encodings import utf8_start
from storage.formats.gzipped import ending, readable_start, unpacked
from storage.formats.json_start import MOST_ABRIDGED, abridged, begins_with_object
from storage.formats.limits import ArchiveError
from storage.formats.not_plain import not_plain
from storage.formats.registry import Format

TEXT = "text"
_TEXTS_IN_ARCHIVE = "brat"
"""It takes texts that nobody annotated, too, and names what else is in the archive."""
_SNIFFED = 65_536
"""Bytes of a file's beginning that a sniffer may look at."""
_MEMBERS = 200
"""Members of an archive by which its format is told; what differs later is left out by name."""

Begin = Callable[[int], bytes]
"""The first bytes of a file, at most so many, in UTF-8."""


class UnclearFormatError(ValueError):
    """A file that plain text would spoil; the message says what it is and what to do."""


def detect(source: bytes | Path, name: str, encoding: str | None = None) -> str:
    """The format's name, by the file name's ending and by how the file begins.

    Where several formats share an ending their sniffers are asked; the first in the table takes
    the lenient part and is asked last. An ending that nothing claims leaves it to all sniffers;
    what nobody knows is text. Raises `UnclearFormatError` for what is evidently none.
    """
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
        try:
            begin = partial(_file_start, file, encoding)
            if begin(4).startswith(ZIP_MARKS) and len(_claimants(name)) != 1:
                return _of_archive(Archive(unpacked(file)), encoding)
            if format := recognized(begin, name):
                return format
            if claimants := _claimants(name):
                return claimants[0].name
            if reason := not_plain(begin(_SNIFFED), name):
                raise UnclearFormatError(reason)
        except ArchiveError:
            pass  # whoever reads it will say why
        return TEXT


def recognized(begin: Begin, name: str) -> str | None:
    """The format of a file that is no archive, if its ending or its content is one's alone."""
    claimants = _claimants(name)
    if len(claimants) == 1:
        return claimants[0].name
    first, *others = claimants or TABLE
    rows = others if claimants else (*others, first)
    start = begin(_SNIFFED)
    if not begins_with_object(start):
        return _sniffed(rows, start)
    format = _sniffed(others, start) or _sniffed(others, abridged(begin(MOST_ABRIDGED)))
    return format or _sniffed(rows, start)


def recognized_member(archive: Archive, name: str, encoding: str | None = None) -> str | None:
    """As `recognized`, of a member; None for one that is packed itself. Raises `ArchiveError`."""
    begin = partial(_member_start, archive, name, encoding)
    return None if packed_again(begin(4)) else recognized(begin, name)


def _of_archive(archive: Archive, encoding: str | None) -> str:
    for row in TABLE:
        if row.sniff_members and row.sniff_members(archive.names):
            return row.name
    names = archive.names[:_MEMBERS]
    known = {name: recognized_member(archive, name, encoding) for name in names}
    first_members: dict[str, str] = {}
    for name, format in known.items():
        if format:
            first_members.setdefault(format, name)
    for name in names:
        claimants = [row.name for row in _claimants(name)]
        if claimants and not known[name] and first_members.keys().isdisjoint(claimants):
            first_members[claimants[0]] = name
    if len(first_members) > 1:
        raise UnclearFormatError(_several(first_members))
    if first_members:
        return next(iter(first_members))
    return _of_texts(archive, names, encoding)


def _of_texts(archive: Archive, names: Sequence[str], encoding: str | None) -> str:
    texts = [name for name in names if suffix(name) == ".txt"]
    for name in texts or names:
        if reason := not_plain(_member_start(archive, name, encoding, _SNIFFED), name):
            raise UnclearFormatError(f"{name[:80]}: {reason}")
    return _TEXTS_IN_ARCHIVE if texts else TEXT


def _several(first_members: dict[str, str]) -> str:
    titles = {row.name: row.title for row in TABLE}
    listed = ", ".join(
        f"{titles[format]} ({name[:60]})" for format, name in list(first_members.items())[:4]
    )
    return (
        f"the archive holds files of {len(first_members)} formats: {listed}; pack the files of one "
        f"format by themselves, or choose the format (--format {next(iter(first_members))}): the "
        "other files are then left out and counted"
    )


def _claimants(name: str) -> list[Format]:
    return [format for format in TABLE if ending(name) in format.endings]


def _sniffed(rows: Iterable[Format], start: bytes) -> str | None:
    return next((row.name for row in rows if row.sniff and row.sniff(start)), None)


def _file_start(file: BinaryIO, encoding: str | None, size: int) -> bytes:
    file.seek(0)
    return utf8_start(readable_start(unpacked(file), size), encoding)


def _member_start(archive: Archive, name: str, encoding: str | None, size: int) -> bytes:
    return utf8_start(archive.start(name, size), encoding)
