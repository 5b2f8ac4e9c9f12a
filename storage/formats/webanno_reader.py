"""WebAnno TSV 3 in: a `.tsv` file, or a ZIP archive of them, as INCEpTION and WebAnno write it.

Entities are the layer NamedEntity's `value`; in a file without it, a feature of the one span layer
of the project's own. Other layers and features are left out and counted. The text is put together
from `#Text` as INCEpTION does it: a gap between sentences is a line end and blanks. INCEpTION
leaves the line end at the very end of a text out; so does what is read here. Each word must be in
`#Text` where its row says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import BinaryIO

from core.types import Key
from storage.formats.archives import ZIP_MARKS, Archive, noted, suffix
from storage.formats.encodings import decoded
from storage.formats.labelled_spans import Mark, to_spans
from storage.formats.limits import whole
from storage.formats.offsets import Ruler
from storage.formats.own_layers import feature_left_out
from storage.formats.webanno_columns import Columns, find_columns
from storage.formats.webanno_escapes import cell_values, unescape_text, unescape_value
from storage.records import BadRecord, Counted, DocumentRecord, Record

_FORMAT = "#FORMAT=WebAnno TSV 3"
_NOTHING = ("_", "")
_WIDEST_GAP = 1_000_000
"""UTF-16 units between two sentences; a larger number is a fault, and not white space."""
_ROW = re.compile(
    r"\d+-\d+(?:\.\d+)?\t(?P<start>\d{1,9})-(?P<end>\d{1,9})\t(?P<form>[^\t]*)(?:\t(?P<cells>.*))?"
)


class _LineError(ValueError):
    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(slots=True)
class _Reading:
    columns: Columns
    parts: list[str] = field(default_factory=list)
    length: int = 0
    """UTF-16 units of the text so far."""
    sentence: list[str] = field(default_factory=list)
    """The lines of a sentence whose first word is not read yet."""
    begin: int = 0
    """Where the sentence of the words begins, in UTF-16 units."""
    units: bytes = b""
    """That sentence in UTF-16."""
    entities: dict[object, Key] = field(default_factory=dict)
    values: set[tuple[int, int]] = field(default_factory=set)
    """By column, the `[n]` of other features' values that are counted."""
    left: Counter[str] = field(default_factory=Counter)
    """What is left out, by kind."""


def read_webanno(file: BinaryIO, name: str) -> Iterator[Record]:
    """The document of a file, or those of an archive. Raises `ArchiveError`."""
    start = file.read(4)
    file.seek(0)
    if not start.startswith(ZIP_MARKS):
        yield _document(whole(file), PurePosixPath(name).stem, "")
        return
    archive = Archive(file)
    members = [member for member in archive.names if suffix(member) == ".tsv"]
    records = (_member(archive, member) for member in members)
    yield from noted(records, archive.left_out((".tsv",)))
    if not members:
        yield BadRecord(1, "the archive holds no .tsv file")


def _member(archive: Archive, member: str) -> Record:
    stem = str(PurePosixPath(member).with_suffix(""))
    try:
        return _document(archive.read(member), stem, f"{member}: ")
    except ValueError as error:
        return BadRecord(1, str(error))


def sniff_webanno(start: bytes) -> bool:
    """Whether it says that it is WebAnno TSV 3."""
    return start.removeprefix(b"\xef\xbb\xbf").startswith(_FORMAT.encode())


def _document(content: bytes, name: str, where: str) -> Record:
    try:
        lines = decoded(content).removeprefix("\ufeff").split("\n")
        return _parsed([line.removesuffix("\r") for line in lines], name)
    except _LineError as error:
        return BadRecord(error.line, f"{where}{error}")
    except ValueError as error:
        return BadRecord(1, f"{where}{error}")


def _parsed(lines: Sequence[str], name: str) -> DocumentRecord:
    if not lines[0].startswith(_FORMAT):
        raise _LineError(1, f"{_FORMAT}.3 is expected in the first line, got {lines[0][:60]!r}")
    body = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    reading = _Reading(find_columns(lines[1:body]))
    in_header = True
    for number, line in enumerate(lines[body:], body + 1):
        if line.startswith("#") and in_header:
            if line.startswith("#Text="):
                reading.sentence.append(unescape_text(line.removeprefix("#Text=")))
        elif line:
            _add_row(reading, line, number)
            in_header = False
        else:
            in_header = True
    return _finished(reading, name)


def _add_row(reading: _Reading, line: str, number: int) -> None:
    match = _ROW.fullmatch(line)
    if match is None:
        raise _LineError(number, f"'1-1<tab>0-4<tab>word<tab>…' is expected, got {line[:60]!r}")
    start, end = int(match["start"]), int(match["end"])
    if reading.sentence:
        _begin_sentence(reading, start, match["form"], number)
    _check_form(reading, start, end, match["form"], number)
    cells = [] if match["cells"] is None else match["cells"].split("\t")
    _count_others(reading, cells)
    column = reading.columns.label
    if column is None:
        return
    if column >= len(cells):
        raise _LineError(
            number, f"{column + 1} cells are expected after the word, got {len(cells)}"
        )
    for label, identity in cell_values(cells[column]):
        if start == end:
            reading.left["annotations of no text, left out"] += 1
        elif label is None:
            reading.left["words annotated without a label, left out"] += 1
        else:
            _add_entity(reading, (start, end, label), identity, number)


def _count_others(reading: _Reading, cells: Sequence[str]) -> None:
    """Counts a word once for each other layer, and each value of another feature of the labels'."""
    columns = reading.columns
    layers: set[str] = set()
    for column, cell in enumerate(cells):
        if cell not in _NOTHING and column in columns.others:
            layers.add(columns.others[column])
        elif column in columns.features:
            kind = feature_left_out(columns.features[column], columns.layer)
            for value, identity in cell_values(cell):
                if value is None or (column, identity) in reading.values:
                    continue
                reading.left[kind] += 1
                if identity is not None:
                    reading.values.add((column, identity))
    reading.left.update(f"words of the layer {layer}, left out" for layer in layers)


def _add_entity(reading: _Reading, word: Key, identity: int | None, number: int) -> None:
    """The word's entity, one with the others of its `[n]`."""
    start, end, label = word
    key = (number, len(reading.entities)) if identity is None else identity
    first, last, known = reading.entities.get(key, word)
    if known != label:
        raise _LineError(number, f"[{identity}] is {known[:60]!r} above and {label[:60]!r} here")
    reading.entities[key] = (min(first, start), max(last, end), label)


def _begin_sentence(reading: _Reading, start: int, form: str, number: int) -> None:
    """Takes the sentence's text, which may begin before its first word."""
    text = "\n".join(reading.sentence)
    before = min((at for word in _readings(form) if (at := text.find(word)) >= 0), default=0)
    begin = start - len(_utf16(text[:before])) // 2
    gap = begin - reading.length
    if gap < 0 or gap > _WIDEST_GAP:
        raise _LineError(
            number,
            f"a sentence that begins at {begin} follows on a text of {reading.length} UTF-16 "
            "units; offsets are UTF-16 units of the whole text: was #Text changed?",
        )
    filling = " " * gap if reading.length == 0 else "\n" * (gap > 0) + " " * (gap - 1)
    reading.parts += (filling, text)
    reading.begin, reading.units = begin, _utf16(text)
    reading.length = begin + len(reading.units) // 2
    reading.sentence.clear()


def _check_form(reading: _Reading, start: int, end: int, form: str, number: int) -> None:
    """Refuses a word that is not in its sentence where its row says."""
    first, last = max(start - reading.begin, 0), max(end - reading.begin, 0)
    covered = reading.units[2 * first : 2 * last].decode("utf-16-le", "surrogatepass")
    if form and covered not in _readings(form):
        raise _LineError(
            number,
            f"the word {form[:60]!r} is expected at [{start}, {end}), but #Text has "
            f"{covered[:60]!r} there; offsets are UTF-16 units of the whole text: was it changed?",
        )


def _readings(form: str) -> tuple[str, ...]:
    """What a word may stand for: tools differ in what they escape of it."""
    return form, unescape_text(form), unescape_value(form)


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _finished(reading: _Reading, name: str) -> DocumentRecord:
    text = "".join(reading.parts)
    if not text:
        raise ValueError("the file holds no text; #Text= and its words are expected")
    ruler = Ruler(text, "UTF-16 units")
    marks = []
    for start, end, label in reading.entities.values():
        first, last = ruler.code_point(start), ruler.code_point(end)
        if first is None or last is None:
            raise ValueError(
                f"entity [{start}, {end}) {label[:60]!r} does not lie in the text of "
                f"{reading.length} UTF-16 units, or cuts a character in two"
            )
        marks.append(Mark(first, last, label))
    spans, notes = to_spans(text, marks)
    left = tuple(Counted(kind, count) for kind, count in sorted(reading.left.items()))
    choice = () if reading.columns.note is None else (reading.columns.note,)
    return DocumentRecord(
        text,
        name,
        None if reading.columns.label is None else spans,
        notes=(*notes, *choice, *left),
    )
