"""Plain text: one document a file or a line; written as a ZIP archive of one file a document."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import BinaryIO

from storage.formats.written import Written
from storage.records import BadRecord, DocumentRecord, Record

_UNSAFE = re.compile(r"[^\w .()+,@-]+")


def read_text(file: BinaryIO, name: str) -> Iterator[Record]:
    """The whole file as one document, exactly: line ends, a BOM and NUL bytes are kept."""
    content = file.read()
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        yield BadRecord(line, not_utf8(error))
        return
    if not text.strip("\ufeff \t\r\n"):
        yield BadRecord(1, "the file holds no text")
        return
    yield DocumentRecord(text=text, name=PurePath(name).stem)


def read_lines(lines: Iterable[bytes], name: str) -> Iterator[Record]:
    """One document a line, without its line end; blank lines are passed over."""
    stem = PurePath(name).stem
    for number, content in enumerate(lines, 1):
        if number == 1:
            content = content.removeprefix(b"\xef\xbb\xbf")
        try:
            text = content.removesuffix(b"\n").removesuffix(b"\r").decode()
        except UnicodeDecodeError as error:
            yield BadRecord(number, not_utf8(error))
            continue
        if text.strip():
            yield DocumentRecord(text=text, name=f"{stem}:{number}", line=number)


def write_texts(documents: Iterable[DocumentRecord], out: BinaryIO) -> Written:
    """A ZIP archive with every document's exact text; the entities are counted, not written."""
    written = Written()
    taken: set[str] = set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for document in documents:
            archive.writestr(_file_name(document.name, taken), document.text.encode())
            written.documents += 1
            entities = document.entities or ()
            written.textless += sum(span.status == "accepted" for span in entities)
    return written


def not_utf8(error: UnicodeDecodeError) -> str:
    return (
        f"not UTF-8: byte 0x{error.object[error.start]:02x} at byte {error.start} of the record; "
        "save the file as UTF-8"
    )


def _file_name(name: str, taken: set[str]) -> str:
    """A name without folders or odd characters, not used before in this archive."""
    stem = _UNSAFE.sub("_", name).strip(". ")[:100] or "document"
    candidate, number = stem, 2
    while candidate.lower() in taken:
        candidate, number = f"{stem} ({number})", number + 1
    taken.add(candidate.lower())
    return f"{candidate}.txt"
