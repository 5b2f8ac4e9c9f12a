"""PubTator's texts of titles and abstracts, a blank line between two documents:

    12345|t|Title
    12345|a|Abstract
    12345<tab>0<tab>5<tab>Title<tab>Disease<tab>MESH:D000001
    12345<tab>CID<tab>MESH:D000002<tab>MESH:D000001

Offsets count code points of the title, one character, and the abstract, end exclusive; the words
of the entities tell where they were counted otherwise. The identifiers of the concepts and the
relations between them are left out and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import BinaryIO

from storage.formats.encodings import not_utf8, utf8_lines
from storage.formats.fields import FieldError
from storage.formats.labelled_spans import Mark, to_spans
from storage.records import BadRecord, Counted, DocumentRecord, Record

_PASSAGE = re.compile(r"(?P<id>[^|\t]{1,80})\|(?P<kind>[ta])\|(?P<text>.*)", re.DOTALL)
_ID = re.compile(r"[\w.:/-]+")
"""What a document is called in a file that nobody says is PubTator's: no prose, and no JSON."""
_NUMBER = re.compile(r"\d{1,9}")


@dataclass(slots=True)
class _Entry:
    line: int
    id: str = ""
    passages: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    identifiers: int = 0
    relations: int = 0
    bad: BadRecord | None = None


def read_pubtator(file: BinaryIO, name: str) -> Iterator[Record]:
    """Documents and bad records."""
    stem = PurePath(name).stem
    entry: _Entry | None = None
    for number, content in enumerate(utf8_lines(file), 1):
        try:
            line = content.decode().removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError as error:
            entry = entry or _Entry(number)
            entry.bad = entry.bad or BadRecord(number, not_utf8(error))
            continue
        passage = _PASSAGE.fullmatch(line)
        if entry and (not line.strip() or (passage and passage["kind"] == "t")):
            yield _document(entry, stem)
            entry = None
        if line.strip():
            entry = entry or _Entry(number)
            _add(entry, line, passage, number)
    if entry:
        yield _document(entry, stem)


def sniff_pubtator(start: bytes) -> bool:
    """Whether the first line is a title."""
    first = start.decode(errors="ignore").lstrip("\ufeff\r\n").partition("\n")[0]
    passage = _PASSAGE.fullmatch(first)
    return (
        passage is not None and passage["kind"] == "t" and _ID.fullmatch(passage["id"]) is not None
    )


def _add(entry: _Entry, line: str, passage: re.Match[str] | None, number: int) -> None:
    if passage:
        entry.id = entry.id or passage["id"]
        entry.passages.append(passage["text"])
        return
    cells = line.split("\t")
    if len(cells) >= 5 and _NUMBER.fullmatch(cells[1]) and _NUMBER.fullmatch(cells[2]) and cells[4]:
        entry.marks.append(Mark(int(cells[1]), int(cells[2]), cells[4], cells[3]))
        entry.identifiers += len(cells) > 5 and cells[5] not in ("", "-", "-1")
    elif len(cells) >= 4 and cells[1][:1].isalpha():
        entry.relations += 1
    else:
        expected = "'ID|t|title', 'ID|a|abstract' or 'ID<tab>start<tab>end<tab>words<tab>label'"
        reason = f"{expected} is expected, got {line[:60]!r}"
        entry.bad = entry.bad or BadRecord(number, reason)


def _document(entry: _Entry, stem: str) -> Record:
    text = "\n".join(entry.passages)
    if entry.bad or not text.strip():
        return entry.bad or BadRecord(entry.line, "its title and abstract are missing")
    try:
        spans, notes = to_spans(text, entry.marks)
    except FieldError as error:
        return BadRecord(entry.line, str(error))
    counts = {"identifiers of concepts": entry.identifiers, "relations": entry.relations}
    left = tuple(Counted(f"{what} left out", count) for what, count in counts.items() if count)
    return DocumentRecord(
        text, entry.id or f"{stem}:{entry.line}", spans, line=entry.line, notes=(*notes, *left)
    )
