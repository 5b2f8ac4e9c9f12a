"""Files in and out. Readers yield documents and bad records; one bad record stops nothing.

A format is a module with a reader, a writer and a sniffer (`storage.formats.registry`), and a row
in the table below. Menus, commands and `detect` know no others.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path, PurePath
from typing import BinaryIO

from storage.formats import jsonl, plain
from storage.formats.conll_reader import read_conll, sniff_conll
from storage.formats.conll_writer import write_conll
from storage.formats.registry import ZIP, Format
from storage.formats.written import Written
from storage.records import DocumentRecord, Record

__all__ = [
    "EXPORT_FORMATS",
    "FORMATS",
    "IMPORT_FORMATS",
    "SUFFIXES",
    "Format",
    "Written",
    "detect",
    "read",
    "read_from",
    "write",
]

_TABLE = (
    Format(
        name="jsonl",
        title="JSON lines – everything",
        holds="One document a line with its exact text, every entity, nested ones and rejected "
        "suggestions included, and where it came from. It can be imported again without loss.",
        read=jsonl.read_jsonl,
        write=jsonl.write_jsonl,
        sniff=jsonl.sniff_jsonl,
        endings=(".jsonl", ".ndjson", ".json"),
        suffix=".jsonl",
    ),
    Format(
        name="conll",
        title="CoNLL columns",
        holds="2003 columns, BIO, IOB1 or BIOES: the first column is the word, the last the tag.",
        read=read_conll,
        sniff=sniff_conll,
        endings=(".conll", ".conll2003", ".bio", ".iob", ".iob1", ".iob2", ".bioes"),
    ),
    Format(
        name="conll2003",
        title="CoNLL-2003 columns",
        holds="Words with tags in four columns; flat.",
        write=partial(write_conll, format="conll2003"),
        suffix=".conll",
    ),
    Format(
        name="bio",
        title="BIO columns",
        holds="A word and its tag a line: B- begins, I- goes on, O is outside; flat.",
        write=partial(write_conll, format="bio"),
        suffix=".bio",
    ),
    Format(
        name="iob1",
        title="IOB1 columns",
        holds="As BIO, but B- only where two entities of one label touch; flat.",
        write=partial(write_conll, format="iob1"),
        suffix=".iob",
    ),
    Format(
        name="bioes",
        title="BIOES columns",
        holds="As BIO, with E- at an entity's end and S- for single words; flat.",
        write=partial(write_conll, format="bioes"),
        suffix=".bioes",
    ),
    Format(
        name="text",
        title="Plain texts",
        holds="A file for each document, without entities; written as a ZIP archive.",
        read=plain.read_text,
        write=plain.write_texts,
        suffix=".zip",
        mime=ZIP,
    ),
    Format(
        name="lines",
        title="Lines of text",
        holds="One document a line, without entities.",
        read=plain.read_lines,
    ),
)
FORMATS: Mapping[str, Format] = {format.name: format for format in _TABLE}
IMPORT_FORMATS: tuple[str, ...] = tuple(format.name for format in _TABLE if format.read)
EXPORT_FORMATS: tuple[str, ...] = tuple(format.name for format in _TABLE if format.write)
SUFFIXES: Mapping[str, str] = {name: FORMATS[name].suffix for name in EXPORT_FORMATS}

_SNIFFED = 65_536
"""Bytes of a file's beginning that a sniffer may look at."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def detect(source: bytes | Path, name: str) -> str:
    """The format's name, by the file name's ending and by how the file begins.

    Where several formats share an ending, the first whose sniffer agrees; none agreeing, the first
    that has the ending. An ending that nothing claims leaves it to the sniffers; else it is text.
    """
    ending = PurePath(name).suffix.lower()
    claimants = [format for format in _TABLE if ending in format.endings]
    if len(claimants) == 1:
        return claimants[0].name
    with _opened(source) as file:
        start = file.read(_SNIFFED).removeprefix(_BYTE_ORDER_MARK)
    for format in claimants or _TABLE:
        if format.sniff and format.sniff(start):
            return format.name
    return claimants[0].name if claimants else "text"


def read(source: bytes | Path, format: str, name: str) -> Iterator[Record]:
    """The documents and bad records of a file, see `read_from`."""
    with _opened(source) as file:
        yield from read_from(file, format, name)


def read_from(file: BinaryIO, format: str, name: str) -> Iterator[Record]:
    """The documents and bad records of a file. `name` names documents that carry no name.

    Raises `ValueError` where there is no such format, or it is written only.
    """
    reader = _row(format).read
    if reader is None:
        raise ValueError(f"{format!r} is written, not read; read are {', '.join(IMPORT_FORMATS)}")
    return reader(file, name)


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
