"""Column files: one word a line with its tags beside it, blank lines between sentences.

`core.text.columns` finds which columns hold the words and the tags, as training and evaluation
read them. `-DOCSTART-` begins a document; in a file without it every sentence is a document. The
text becomes the words joined by spaces, unless the file says where there is none
(`SpaceAfter=No`, or characters with blanks among them); the sentences by line ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path, PurePath
from typing import BinaryIO

from core.data.readers.ontonotes import FIRST_LINE, read_ontonotes
from core.data.readers.records import DataError
from core.text.columns import (
    ColumnChoice,
    Line,
    TaggedSentence,
    Undecodable,
    looks_like_columns,
    physical_lines,
    read_sentences,
)
from core.types import Example
from storage.formats.encodings import not_utf8, utf8_lines
from storage.formats.words import Words
from storage.records import BadRecord, Counted, DocumentRecord, Record, SpanRecord


def read_conll(file: BinaryIO, name: str, columns: ColumnChoice | None = None) -> Iterator[Record]:
    """Documents and bad records. A sentence that cannot be read takes its document with it.

    Raises `ValueError` for a file without tags, or chosen columns that it does not have.
    """
    stem = PurePath(name).stem
    content = _lines(file)
    start = list(islice(content, 1))
    lines = chain(start, content)
    if columns is None and start and _is_conll_2012(start[0]):
        yield from _conll_2012(lines, stem)
        return
    filled: list[int] = []
    records = 0
    for record in _documents(read_sentences(_noting(lines, filled), columns), stem):
        records += 1
        yield record
    if filled and not records:
        yield BadRecord(filled[0], "no words: expected lines with a word and its tag")


def _documents(sentences: Iterable[TaggedSentence], stem: str) -> Iterator[Record]:
    pending: list[TaggedSentence] = []
    in_document = False
    for sentence in sentences:
        if sentence.starts_document or not in_document:
            yield from _document(pending, stem)
            pending = []
        in_document = in_document or sentence.starts_document
        if not sentence.starts_document:
            pending.append(sentence)
    yield from _document(pending, stem)


def _noting(lines: Iterable[Line], filled: list[int]) -> Iterator[Line]:
    """The lines; `filled` takes the number of the first one that is not blank."""
    for number, line in enumerate(lines, 1):
        if not filled and (isinstance(line, Undecodable) or line.strip()):
            filled.append(number)
        yield line


def sniff_conll(start: bytes) -> bool:
    """Whether a file that begins so holds words with tags in columns."""
    lines = physical_lines(start.decode(errors="ignore").split("\n"))
    return looks_like_columns([line for line in lines if isinstance(line, str)])


def _is_conll_2012(line: Line) -> bool:
    return isinstance(line, str) and line.startswith(FIRST_LINE)


def _conll_2012(lines: Iterable[Line], stem: str) -> Iterator[Record]:
    """OntoNotes' sentences with names in brackets; the first fault ends the file.

    The last document waits for what is left out behind it.
    """
    path = Path(stem)
    document: Record | None = None
    try:
        for last, result in read_ontonotes(path, _decodable(lines, path)):
            left = tuple(Counted(kind, count) for kind, count in result.notes.items())
            if result.examples and document:
                yield document
            if result.examples:
                (document,) = _sentence(last, result.examples[0], stem)
            if isinstance(document, DocumentRecord):
                document = replace(document, notes=(*document.notes, *left))
    except DataError as error:
        if document:
            yield document
        yield BadRecord(error.line, error.problem, ends_file=True)
        return
    yield document or BadRecord(
        1, "no sentence with names; documents of the New Testament (pt/) have none and are left"
    )


def _sentence(last: int, example: Example, stem: str) -> Iterator[Record]:
    length = len(example.words)
    sentence = TaggedSentence(
        last - length + 1, last, example.words, (True,) * length, example.entities
    )
    return _document([sentence], stem)


def _decodable(lines: Iterable[Line], path: Path) -> Iterator[str]:
    """Raises `DataError`."""
    for number, line in enumerate(physical_lines(lines), 1):
        if isinstance(line, Undecodable):
            raise DataError(path, number, line.reason)
        yield line


def _lines(file: BinaryIO) -> Iterator[Line]:
    for content in utf8_lines(file):
        try:
            yield content.decode()
        except UnicodeDecodeError as error:
            yield Undecodable(not_utf8(error))


def _document(sentences: list[TaggedSentence], stem: str) -> Iterator[Record]:
    if not sentences:
        return
    line = sentences[0].first
    faults = [sentence.fault for sentence in sentences if sentence.fault]
    if faults:
        left_out = f"; what begins at line {line} is left out"
        yield BadRecord(faults[0].line, faults[0].reason + left_out)
        return
    words = Words()
    spans: list[SpanRecord] = []
    for sentence in sentences:
        first = words.count
        for word, space in zip(sentence.words, sentence.spaces, strict=True):
            words.add(word, space_after=space)
        words.end_sentence()
        for span in sentence.entities:
            offsets = words.offsets(first + span.start, first + span.end)
            spans.append(SpanRecord(*offsets, span.label, key=f"e{len(spans) + 1}"))
    if not words.count:
        yield BadRecord(line, "a sentence of empty words only is left out")
        return
    notes = tuple(_notes(sentences))
    name = f"{stem}:{line}"
    yield DocumentRecord(words.text, name, tuple(spans), line=line, notes=notes)


def _notes(sentences: Iterable[TaggedSentence]) -> Iterator[str]:
    for sentence in sentences:
        yield from sentence.notes
        yield from sentence.counts
