"""Column files: one word a line, blank lines between sentences, the tag in the last column.

Columns are separated by tabs or spaces. Tags may be BIO (IOB2), IOB1, BIOES or a relative.
`-DOCSTART-` begins a document; in a file without it every sentence is a document. The text
becomes the words joined by spaces, the sentences by line ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import BinaryIO

from core.text.tag_schemes import TagError, decode_tags, split_tag
from storage.formats.encodings import not_utf8, utf8_lines
from storage.formats.words import Words
from storage.records import BadRecord, DocumentRecord, Record, SpanRecord

_COLUMNS = re.compile(r"[ \t]+")
_DOCSTART = "-DOCSTART-"


@dataclass(slots=True)
class _Sentence:
    line: int
    words: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    bad: BadRecord | None = None
    starts_document: bool = False


def read_conll(file: BinaryIO, name: str) -> Iterator[Record]:
    """Documents and bad records. A sentence that cannot be read takes its document with it."""
    stem = PurePath(name).stem
    pending: list[_Sentence] = []
    in_document = False
    for sentence in _sentences(file):
        if sentence.starts_document or not in_document:
            yield from _document(pending, stem)
            pending = []
        in_document = in_document or sentence.starts_document
        if not sentence.starts_document:
            pending.append(sentence)
    yield from _document(pending, stem)


def sniff_conll(start: bytes) -> bool:
    """Whether a file that begins so says -DOCSTART-."""
    return start.lstrip().startswith(_DOCSTART.encode())


def _sentences(file: BinaryIO) -> Iterator[_Sentence]:
    """The sentences in order, and an empty one for each `-DOCSTART-`."""
    current: _Sentence | None = None
    for number, content in enumerate(utf8_lines(file), 1):
        columns, bad = _columns(content, number)
        starts_document = bool(columns) and columns[0] == _DOCSTART
        if current is not None and (starts_document or not (columns or bad)):
            yield current
            current = None
        if starts_document:
            yield _Sentence(number, starts_document=True)
        elif (columns or bad) and not (current is None and _is_comment(columns)):
            current = current or _Sentence(number)
            current.words += columns[:1]
            current.tags += columns[-1:]
            if columns and not bad:
                bad = _bad_tag(columns[-1], number)
            current.bad = current.bad or bad
    if current is not None:
        yield current


def _columns(content: bytes, number: int) -> tuple[list[str], BadRecord | None]:
    try:
        line = content.decode().strip(" \t\r\n")
    except UnicodeDecodeError as error:
        return [], BadRecord(number, not_utf8(error))
    if not line:
        return [], None
    columns = _COLUMNS.split(line)
    if len(columns) < 2 and columns[0] != _DOCSTART:
        return [], BadRecord(number, f"a word and a tag are expected, got only {line[:60]!r}")
    return columns, None


def _bad_tag(tag: str, number: int) -> BadRecord | None:
    try:
        split_tag(tag)
    except TagError as error:
        return BadRecord(number, str(error))
    return None


def _is_comment(columns: list[str]) -> bool:
    """`# …` at the head of a sentence, unless it is the word # with its tag."""
    return len(columns) > 1 and columns[0] == "#" and _bad_tag(columns[-1], 0) is not None


def _document(sentences: list[_Sentence], stem: str) -> Iterator[Record]:
    if not sentences:
        return
    line = sentences[0].line
    bad = [sentence.bad for sentence in sentences if sentence.bad]
    if bad:
        left_out = f"; what begins at line {line} is left out"
        yield BadRecord(bad[0].line, bad[0].reason + left_out)
        return
    words = Words()
    spans: list[SpanRecord] = []
    for sentence in sentences:
        first = words.count
        for word in sentence.words:
            words.add(word)
        words.end_sentence()
        for span in decode_tags(sentence.tags):
            offsets = words.offsets(first + span.start, first + span.end)
            spans.append(SpanRecord(*offsets, span.label, key=f"e{len(spans) + 1}"))
    yield DocumentRecord(text=words.text, name=f"{stem}:{line}", entities=tuple(spans), line=line)
