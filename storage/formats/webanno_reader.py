"""WebAnno TSV 3 in: a `.tsv` file, or a ZIP archive of them, as INCEpTION and WebAnno write it.

Entities are the layer NamedEntity's `value`; in a file without it, the first feature of the one
span layer of the project's own. Other layers are left out and counted. The text is put together
from `#Text` as INCEpTION does it: a gap between sentences is a line end and blanks. INCEpTION
leaves the line end at the very end of a text out; so does what is read here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import BinaryIO

from core.types import Key
from storage.formats.archives import ZIP_MARKS, Archive, suffix
from storage.formats.encodings import decoded
from storage.formats.labelled_spans import Mark, to_spans
from storage.formats.limits import whole
from storage.formats.offsets import Ruler
from storage.formats.own_layers import own_layer
from storage.formats.webanno_escapes import FEATURE, LAYER, cell_values, unescape_text
from storage.records import BadRecord, Counted, DocumentRecord, Record

_FORMAT = "#FORMAT=WebAnno TSV 3"
_LAYER_KINDS = ("#T_SP", "#T_CH", "#T_RL")
"""Spans, chains and relations; what else the header says makes no cells."""
_NOTHING = ("_", "")
_WIDEST_GAP = 1_000_000
"""UTF-16 units between two sentences; a larger number is a fault, and not white space."""
_ROW = re.compile(
    r"\d+-\d+(?:\.\d+)?\t(?P<start>\d{1,9})-(?P<end>\d{1,9})\t[^\t]*(?:\t(?P<cells>.*))?"
)


class _LineError(ValueError):
    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(slots=True)
class _Reading:
    column: int | None
    """Which cell holds the entities; None where no layer does."""
    others: Mapping[int, str]
    """The layers of the other cells."""
    parts: list[str] = field(default_factory=list)
    length: int = 0
    """UTF-16 units of the text so far."""
    sentence: list[str] = field(default_factory=list)
    entities: dict[object, Key] = field(default_factory=dict)
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
    left = archive.left_out((".tsv",))
    for member in members:
        stem = str(PurePosixPath(member).with_suffix(""))
        try:
            record = _document(archive.read(member), stem, f"{member}: ")
        except ValueError as error:
            record = BadRecord(1, str(error))
        if left and isinstance(record, DocumentRecord):
            record, left = replace(record, notes=(*record.notes, *left)), ()
        yield record
    if not members:
        yield BadRecord(1, "the archive holds no .tsv file")


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
    reading = _Reading(*_columns(lines[1:body]))
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


def _columns(header: Sequence[str]) -> tuple[int | None, dict[int, str]]:
    """The cell that holds the entities, and the layers of the other cells by name."""
    cells: list[tuple[str, str, bool]] = []
    for line in header:
        kind, _, rest = line.partition("=")
        if kind in _LAYER_KINDS:
            layer, *features = [part for part in rest.split("|") if part] or [""]
            cells += [(layer, feature, kind == "#T_SP") for feature in features or [""]]
    own_layers = {layer for layer, _, spans in cells if spans and own_layer(layer)}
    chosen = next((i for i, cell in enumerate(cells) if cell[:2] == (LAYER, FEATURE)), None)
    if chosen is None and len(own_layers) == 1:
        chosen = next(i for i, cell in enumerate(cells) if cell[0] in own_layers)
    taken = None if chosen is None else cells[chosen][0]
    names = {i: layer.rpartition(".")[2][:80] for i, (layer, *_) in enumerate(cells)}
    return chosen, {i: name for i, name in names.items() if cells[i][0] != taken}


def _add_row(reading: _Reading, line: str, number: int) -> None:
    match = _ROW.fullmatch(line)
    if match is None:
        raise _LineError(number, f"'1-1<tab>0-4<tab>word<tab>…' is expected, got {line[:60]!r}")
    start, end = int(match["start"]), int(match["end"])
    if reading.sentence:
        _begin_sentence(reading, start, number)
    cells = [] if match["cells"] is None else match["cells"].split("\t")
    annotated = [i for i, cell in enumerate(cells) if cell not in _NOTHING]
    layers = {reading.others[i] for i in annotated if i in reading.others}
    reading.left.update(f"words of the layer {layer}, left out" for layer in layers)
    if reading.column is None:
        return
    if reading.column >= len(cells):
        raise _LineError(
            number, f"{reading.column + 1} cells are expected after the word, got {len(cells)}"
        )
    for label, identity in cell_values(cells[reading.column]):
        if start == end:
            reading.left["annotations of no text, left out"] += 1
        elif label is None:
            reading.left["words annotated without a label, left out"] += 1
        else:
            _add_entity(reading, (start, end, label), identity, number)


def _add_entity(reading: _Reading, word: Key, identity: int | None, number: int) -> None:
    """The word's entity, one with the others of its `[n]`."""
    start, end, label = word
    key = (number, len(reading.entities)) if identity is None else identity
    first, last, known = reading.entities.get(key, word)
    if known != label:
        raise _LineError(number, f"[{identity}] is {known[:60]!r} above and {label[:60]!r} here")
    reading.entities[key] = (min(first, start), max(last, end), label)


def _begin_sentence(reading: _Reading, start: int, number: int) -> None:
    gap = start - reading.length
    text = "\n".join(reading.sentence)
    if gap < 0 or gap > _WIDEST_GAP:
        raise _LineError(
            number,
            f"a sentence that begins at {start} follows on a text of {reading.length} UTF-16 "
            "units; offsets are UTF-16 units of the whole text: was #Text changed?",
        )
    filling = " " * gap if reading.length == 0 else "\n" * (gap > 0) + " " * (gap - 1)
    reading.parts += (filling, text)
    reading.length = start + len(text.encode("utf-16-le", "surrogatepass")) // 2
    reading.sentence.clear()


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
    return DocumentRecord(
        text, name, None if reading.column is None else spans, notes=(*notes, *left)
    )
