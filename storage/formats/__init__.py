"""Files in and out. Readers yield documents and bad records; one bad record stops nothing.

A format is a module with a reader, a writer and a sniffer (`storage.formats.registry`), and a row
in `storage.formats.catalogue`. Menus, commands and `detect` know no others.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from core.text.columns import ColumnChoice
from storage.formats.catalogue import TABLE
from storage.formats.conll_reader import read_conll
from storage.formats.detection import TEXT, UnclearFormatError, detect
from storage.formats.encodings import EncodingError
from storage.formats.export_tally import Written
from storage.formats.gzipped import unpacked
from storage.formats.likely_encodings import ENCODINGS, EncodingCandidate
from storage.formats.limits import ArchiveError
from storage.formats.members import with_archives
from storage.formats.recoded import encoding_candidates, in_utf8
from storage.formats.registry import Format, Reader
from storage.records import BadRecord, DocumentRecord, Record

__all__ = [
    "COLUMNS",
    "ENCODINGS",
    "EXPORT_FORMATS",
    "FORMATS",
    "IMPORT_FORMATS",
    "TEXT",
    "EncodingCandidate",
    "Format",
    "UnclearFormatError",
    "Written",
    "detect",
    "likely_encodings",
    "read",
    "read_from",
    "write",
]

FORMATS: Mapping[str, Format] = {format.name: format for format in TABLE}
IMPORT_FORMATS: tuple[str, ...] = tuple(format.name for format in TABLE if format.read)
EXPORT_FORMATS: tuple[str, ...] = tuple(format.name for format in TABLE if format.write)

COLUMNS = "conll"
"""The format whose words and tags may be chosen by column."""

_LONGEST_REASON = 400


def read(
    source: bytes | Path,
    format: str,
    name: str,
    *,
    columns: ColumnChoice | None = None,
    encoding: str | None = None,
) -> Iterator[Record]:
    """The documents and bad records of a file, see `read_from`."""
    with _opened(source) as file:
        yield from read_from(file, format, name, columns=columns, encoding=encoding)


def read_from(
    file: BinaryIO,
    format: str,
    name: str,
    *,
    columns: ColumnChoice | None = None,
    encoding: str | None = None,
) -> Iterator[Record]:
    """The documents and bad records of a file. `name` names documents that carry no name.

    `columns` are those of a column file, where they should not be found by its content, and
    `encoding` is one of `ENCODINGS`, for text that is not UTF-8. Raises `ValueError` where there is
    no such format, it is written only, or has no columns or no encoding to choose.
    """
    row = _row(format)
    reader = row.read
    if encoding is not None and not row.has_encoding:
        raise ValueError(f"{row.title} says its encoding itself; leave {encoding} out")
    if reader is None:
        raise ValueError(f"{format!r} is written, not read; read are {', '.join(IMPORT_FORMATS)}")
    if columns is not None:
        if format != COLUMNS:
            raise ValueError(
                f"columns are chosen for files of format {COLUMNS!r}, and not for {format!r}"
            )
        reader = partial(read_conll, columns=columns)
    return _records(with_archives(reader, row), file, name, encoding)


def _records(reader: Reader, file: BinaryIO, name: str, encoding: str | None) -> Iterator[Record]:
    line = 1
    try:
        content = unpacked(file)
        with in_utf8(content, encoding) if encoding else nullcontext(content) as text:
            for record in reader(text, name):
                line = record.line
                yield record if isinstance(record, DocumentRecord) else _brief(record)
    except EncodingError as error:
        yield _brief(BadRecord(max(line, error.line), str(error), ends_file=True))
    except UnicodeError:
        raise  # no reader's: a message for programmers
    except ValueError as error:
        yield _brief(BadRecord(line, str(error), ends_file=True))


def _brief(bad: BadRecord) -> BadRecord:
    """A reason quotes what it found: not a line of 10 MB, and not half a character."""
    reason = bad.reason.encode(errors="backslashreplace").decode()
    long = len(reason) > _LONGEST_REASON
    return replace(bad, reason=f"{reason[:_LONGEST_REASON]}…" if long else reason)


def likely_encodings(source: bytes | Path) -> tuple[EncodingCandidate, ...]:
    """What the encoding of a file may be that is not UTF-8, the likeliest first."""
    with _opened(source) as file:
        try:
            return encoding_candidates(unpacked(file))
        except ArchiveError:
            return ()  # whoever reads it will say why


def write(documents: Iterable[DocumentRecord], format: str, out: BinaryIO) -> Written:
    """Writes documents with their accepted entities (`jsonl`: all, with their status).

    Raises `ValueError` where there is no such format, or it is read only.
    """
    writer = _row(format).write
    if writer is None:
        raise ValueError(
            f"{format!r} is read, not written; written are {', '.join(EXPORT_FORMATS)}"
        )
    return writer(documents, out)


def _row(name: str) -> Format:
    if name not in FORMATS:
        raise ValueError(f"there is no format {name!r}; there are {', '.join(FORMATS)}")
    return FORMATS[name]


def _opened(source: bytes | Path) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
