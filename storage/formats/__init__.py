"""Files in and out. Readers yield documents and bad records; one bad record stops nothing.

import   jsonl   ours and the corpora's token JSONL, told apart record by record
         text    one document a file, kept exactly
         lines   one document a line
         conll   2003 columns, BIO, IOB1, BIOES: the first column is the word, the last the tag
export   jsonl · conll2003 · bio · iob1 · bioes · text (a ZIP archive, one file a document)
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import BinaryIO, Literal, get_args

from storage.formats.conll_reader import read_conll
from storage.formats.conll_writer import write_conll
from storage.formats.jsonl import read_jsonl, write_jsonl
from storage.formats.plain import read_lines, read_text, write_texts
from storage.formats.written import Written
from storage.records import DocumentRecord, Record

ImportFormat = Literal["jsonl", "text", "lines", "conll"]
ExportFormat = Literal["jsonl", "conll2003", "bio", "iob1", "bioes", "text"]
IMPORT_FORMATS: tuple[ImportFormat, ...] = get_args(ImportFormat)
EXPORT_FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)
SUFFIXES: dict[ExportFormat, str] = {
    "jsonl": ".jsonl",
    "conll2003": ".conll",
    "bio": ".bio",
    "iob1": ".iob",
    "bioes": ".bioes",
    "text": ".zip",
}
_BY_SUFFIX: dict[str, ImportFormat] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".conll": "conll",
    ".conll2003": "conll",
    ".bio": "conll",
    ".iob": "conll",
    ".iob1": "conll",
    ".iob2": "conll",
    ".bioes": "conll",
}

__all__ = ["EXPORT_FORMATS", "IMPORT_FORMATS", "SUFFIXES", "detect", "read", "write"]


def detect(source: bytes | Path, name: str) -> ImportFormat:
    """The format by the name's ending, or else by the first 4 KB; plain text if nothing tells."""
    known = _BY_SUFFIX.get(PurePath(name).suffix.lower())
    if known:
        return known
    with _opened(source) as file:
        start = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"-DOCSTART-"):
        return "conll"
    return "jsonl" if start.startswith((b'{"', b"{ ")) else "text"


def read(source: bytes | Path, format: ImportFormat, name: str) -> Iterator[Record]:
    """The documents and bad records of a file. `name` names documents that carry no name."""
    with _opened(source) as file:
        match format:
            case "jsonl":
                yield from read_jsonl(file, name)
            case "conll":
                yield from read_conll(file, name)
            case "lines":
                yield from read_lines(file, name)
            case "text":
                yield from read_text(file.read(), name)


def write(documents: Iterable[DocumentRecord], format: ExportFormat, out: BinaryIO) -> Written:
    """Writes documents with their accepted entities (`jsonl`: all, with their status)."""
    match format:
        case "jsonl":
            return write_jsonl(documents, out)
        case "text":
            return write_texts(documents, out)
    return write_conll(documents, format, out)


def _opened(source: bytes | Path) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
