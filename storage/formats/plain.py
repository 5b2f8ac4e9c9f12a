"""Plain text: one document a file or a line; written as a ZIP archive of one file a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath, PurePosixPath
from typing import BinaryIO

from storage.formats.archives import ZIP_MARKS, Archive, packed_again
from storage.formats.encodings import EncodingError, decoded, not_utf8, utf8_lines
from storage.formats.export_tally import Written, accepted, count_document
from storage.formats.limits import ArchiveError, whole
from storage.formats.zip_writer import Pack
from storage.records import BadRecord, DocumentRecord, Record

_OFFICE = {"[Content_Types].xml", "mimetype"}
"""Members that Microsoft's and OpenDocument's files have."""
OFFICE_FILE = (
    "this is an office program's file, and not text; save it as plain text, or a sheet with a text "
    "in each row as CSV"
)
_EMPTY = "the file holds no text"


def read_text(file: BinaryIO, name: str) -> Iterator[Record]:
    """The whole file as one document, exactly: line ends, a BOM and NUL bytes are kept.

    Of a ZIP archive, each file. Raises `ArchiveError`.
    """
    start = file.read(4)
    file.seek(0)
    if not start.startswith(ZIP_MARKS):
        content = whole(file)
        blank = not content.strip(b"\xef\xbb\xbf \t\r\n")
        yield BadRecord(1, _EMPTY) if blank else _document(content, PurePath(name).stem, "")
        return
    archive = Archive(file)
    if is_office_file(archive.names):
        yield BadRecord(1, OFFICE_FILE)
        return
    for member in archive.names:
        stem = str(PurePosixPath(member).with_suffix(""))
        try:
            content = archive.read(member)
            if reason := packed_again(content):
                yield BadRecord(1, f"{member}: {reason}")
            else:
                yield _document(content, stem, f"{member}: ")
        except ArchiveError as error:
            yield BadRecord(1, str(error))


def is_office_file(names: Sequence[str]) -> bool:
    """Whether an archive of these members is no archive of texts, but an office program's file."""
    return not _OFFICE.isdisjoint(names)


def _document(content: bytes, name: str, where: str) -> Record:
    try:
        text = decoded(content)
    except EncodingError as error:
        return BadRecord(error.line, f"{where}{error}")
    return DocumentRecord(text=text, name=name) if text else BadRecord(1, f"{where}{_EMPTY}")


def read_lines(file: BinaryIO, name: str) -> Iterator[Record]:
    """One document a line, without its line end; blank lines are skipped."""
    stem = PurePath(name).stem
    for number, content in enumerate(utf8_lines(file), 1):
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
    with Pack(out) as pack:
        for document in documents:
            stem = pack.stem(document.name)
            pack.add(f"{stem}.txt", document.text.encode())
            count_document(document, written, pack.held_by_name(stem, document.name) | {"unread"})
            written.textless += sum(1 for _ in accepted(document, written))
    return written
