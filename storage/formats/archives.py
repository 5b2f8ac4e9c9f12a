"""ZIP archives that came from outside, read within limits and never unpacked to a disk.

A member's name is a label and never a place: whatever could leave its folder is refused all the
same, so that no later caller can be led astray. What an archive says of its own sizes is not
believed: bytes are counted as they come out.
"""

from __future__ import annotations

import io
import lzma
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import BinaryIO
from urllib.parse import unquote

from storage.formats.gzipped import MARK as GZIP_MARK
from storage.formats.limits import MOST_IN_RECORD, ArchiveError, Budget
from storage.records import Counted, DocumentRecord, Record

MOST_MEMBERS = 500_000
MOST_DIRECTORY = 128 * 2**20
"""Bytes of a ZIP's list of members, which is read as a whole."""
MOST_IN_MEMBER = MOST_IN_RECORD

_MOST_KINDS = 20
"""Kinds of files that are named; a file has one of few."""

DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError,
    struct.error,
)  # fmt: skip
"""What `zipfile` raises where an archive's own bytes are wrong, and nothing else is."""
FAULTS = (*DAMAGED, OSError, ValueError, OverflowError, LookupError)
"""What it raises, too, where what an archive says of itself was made to do harm."""
ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
"""How an archive begins, and how an empty one does."""
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_LENGTH_END = 22
_BEFORE_END = 56 + 20
"""The large end and what points to it, which stand right before the other one."""


class Archive:
    """The members of a ZIP file by name. Raises `ArchiveError`."""

    def __init__(self, file: BinaryIO) -> None:
        size = file.seek(0, io.SEEK_END)
        check_directory(file, size)
        try:
            self._zip = zipfile.ZipFile(file)
            members = [info for info in self._zip.infolist() if not info.is_dir()]
        except FAULTS as error:
            raise ArchiveError(f"not a ZIP archive, or a broken one: {error}") from None
        for info in members:
            _check_member(info)
        self._members = {info.filename: info for info in members}
        if len(self._members) < len(members):
            raise ArchiveError("the archive holds two members of one name; pack it again")
        self.names = tuple(filter(_is_theirs, self._members))
        """The files' names in order, without what macOS adds on its own."""
        self._budget = Budget(size)

    def left_out(self, taken: Collection[str]) -> tuple[Counted, ...]:
        """A note for each kind of files whose names end otherwise."""
        return left_out(name for name in self.names if suffix(name) not in taken)

    def start(self, name: str, size: int) -> bytes:
        """A member's first bytes, at most so many. Raises `ArchiveError` where it is broken."""
        try:
            with self._zip.open(self._members[name]) as member:
                content = member.read(size)
        except FAULTS as error:
            raise ArchiveError(f"{name}: cannot be unpacked: {error}") from None
        self._budget.spend(len(content), name)
        return content

    def read(self, name: str) -> bytes:
        """A member's content. Raises `ArchiveError` where it is broken, or too large."""
        parts: list[bytes] = []
        total = 0
        try:
            with self._zip.open(self._members[name]) as member:
                while part := member.read(2**20):
                    total += len(part)
                    if total > MOST_IN_MEMBER:
                        raise ArchiveError(
                            f"{name}: is larger than {MOST_IN_MEMBER // 2**20} MB unpacked; "
                            "split it into several documents"
                        )
                    self._budget.spend(len(part), name)
                    parts.append(part)
        except ArchiveError:
            raise
        except FAULTS as error:
            raise ArchiveError(f"{name}: cannot be unpacked: {error}") from None
        return b"".join(parts)


def suffix(name: str) -> str:
    """How a member's name ends, in lower case: systems that ignore case write `.TXT`, too."""
    return PurePosixPath(name).suffix.lower()


def left_out(names: Iterable[str]) -> tuple[Counted, ...]:
    """A note for each kind of these files, by how their names end."""
    kinds = Counter(map(suffix, names))
    return tuple(
        Counted(f"files of the archive left out, {kind[:20]!r}", count)
        for kind, count in kinds.most_common(_MOST_KINDS)
    )


def noted(records: Iterable[Record], notes: Sequence[Counted]) -> Iterator[Record]:
    """The records of an archive, with notes on the whole of it on the first document."""
    for record in records:
        if notes and isinstance(record, DocumentRecord):
            record, notes = replace(record, notes=(*record.notes, *notes)), ()
        yield record


def packed_again(content: bytes) -> str | None:
    """Why a member that begins so is not read, where it is packed itself; else None."""
    if content.startswith((*ZIP_MARKS, GZIP_MARK)):
        return (
            "is packed itself (an archive, gzip, or an office program's file); unpack the outer "
            "archive, and import what is inside"
        )
    return None


def _is_theirs(name: str) -> bool:
    return not name.startswith("__MACOSX/") and PurePosixPath(name).name != ".DS_Store"


def check_directory(
    file: BinaryIO, size: int, most: int = MOST_MEMBERS, longest: int = MOST_DIRECTORY
) -> None:
    """Refuses a list of members that would fill the memory, before anything reads it: `most` is
    their number, `longest` the list's bytes. Raises `ArchiveError`."""
    file.seek(max(0, size - 66_000))
    tail = file.read()
    file.seek(0)
    members, length = 0, 0
    for at in (len(tail) - _LENGTH_END, tail.rfind(_END)):  # with no comment, and with one
        if at < 0 or not tail.startswith(_END, at) or len(tail) < at + 20:
            continue
        found = struct.unpack_from("<HL", tail, at + 10)
        if (before := at - _BEFORE_END) >= 0 and tail.startswith(_END_64, before):
            found = struct.unpack_from("<QQ", tail, before + 32)
        members, length = max(members, found[0]), max(length, found[1])
    if members > most or length > longest:
        raise ArchiveError(
            f"the archive lists {members:,} members; at most {most:,} are read from one: "
            "split it into parts"
        )


def _check_member(info: zipfile.ZipInfo) -> None:
    name = info.filename
    if not _stays_inside(name) or not _stays_inside(info.orig_filename):
        raise ArchiveError(
            f"the member {name[:80]!r} points outside of the archive; pack the files again, with "
            "plain relative names"
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        raise ArchiveError(
            f"the member {name[:80]!r} is a link; pack the file that it points to instead"
        )
    if info.flag_bits & 0x1:
        raise ArchiveError(f"the member {name[:80]!r} needs a password; pack it without one")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ArchiveError(
            f"the member {name[:80]!r} is packed by method {info.compress_type}; pack it by the "
            "usual one (deflate)"
        )


def _stays_inside(name: str) -> bool:
    """Whether a name, also read as another system or a browser would, stays in its folder."""
    for spelling in (name, unquote(name), unquote(unquote(name))):
        path = PurePosixPath(spelling.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or "\0" in spelling:
            return False
        if path.parts and re.fullmatch(r"[A-Za-z]:.*", path.parts[0]):
            return False
    return True
