"""A ZIP archive of files of one format: what a reader of single files makes of its members."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from storage.formats.archives import ZIP_MARKS, Archive, left_out, noted, packed_again, suffix
from storage.formats.detection import recognized_member
from storage.formats.limits import ArchiveError
from storage.formats.plain import OFFICE_FILE, is_office_file
from storage.formats.registry import Format, Reader
from storage.records import BadRecord, DocumentRecord, Record


def with_archives(read: Reader, format: Format) -> Reader:
    """The reader, also for a ZIP archive of its format's files, if it takes none by itself."""

    def read_either(file: BinaryIO, name: str) -> Iterator[Record]:
        packed = file.read(4).startswith(ZIP_MARKS)
        file.seek(0)
        return _read_members(file, read, format) if packed else read(file, name)

    return read if format.reads_archives else read_either


def members_of(archive: Archive, format: Format) -> tuple[str, ...]:
    """The members that are the format's by content or, if they could be any, by ending; else all
    with its endings; else all.

    Raises `ArchiveError`.
    """
    named = {name: None for name in archive.names if suffix(name) in format.endings}
    formats = {name: recognized_member(archive, name) for name in archive.names}
    fitting = tuple(
        name
        for name in archive.names
        if formats[name] == format.name or (formats[name] is None and name in named)
    )
    return fitting or tuple(named) or archive.names


def _read_members(file: BinaryIO, read: Reader, format: Format) -> Iterator[Record]:
    archive = Archive(file)
    if is_office_file(archive.names):
        raise ArchiveError(OFFICE_FILE)
    members = members_of(Archive(file), format)  # its own, which spends what may be unpacked
    if not members:
        raise ArchiveError("the archive holds no files; pack the files to import, and not folders")
    others = set(archive.names).difference(members)
    records = (record for name in members for record in _read_member(archive, name, read))
    yield from noted(records, left_out(name for name in archive.names if name in others))


def _read_member(archive: Archive, name: str, read: Reader) -> Iterator[Record]:
    line = 1
    try:
        content = archive.read(name)
        if reason := packed_again(content):
            yield BadRecord(1, f"{name}: {reason}")
            return
        for record in read(io.BytesIO(content), name):
            line = record.line
            yield record if isinstance(record, DocumentRecord) else _placed(record, name)
    except UnicodeError:
        raise  # no reader's: a message for programmers
    except ArchiveError as error:
        yield BadRecord(line, _led(str(error), name))
    except ValueError as error:
        yield _placed(BadRecord(getattr(error, "line", line), str(error), ends_file=True), name)


def _placed(bad: BadRecord, name: str) -> BadRecord:
    """The record as one of the member: what ends the member does not end the archive."""
    rest = "; what follows in this member is left out" if bad.ends_file else ""
    return replace(bad, reason=_led(bad.reason, name) + rest, ends_file=False)


def _led(reason: str, name: str) -> str:
    return reason if reason.startswith(f"{name}: ") else f"{name}: {reason}"
