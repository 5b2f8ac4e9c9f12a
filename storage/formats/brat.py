"""brat standoff: a ZIP archive of `.txt` files, each with its `.ann` beside it, or BioNLP's `.a1`
and `.a2`, which are written alike.

    T1<tab>ORG 2 15<tab>Bank of China
    T2<tab>PER 22 25;26 30<tab>Ms. Haag

Offsets are code points, end exclusive; lines end in LF; there is no byte order mark. Fragments
that only white space parts are one entity, since brat cuts an entity so at a line's end; other
fragments become entities of their own, and that is noted. Relations, events, attributes and notes
are skipped and counted. A text without its `.ann` is one that nobody has looked at.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from core.types import Key
from storage.formats.archives import Archive, noted, suffix
from storage.formats.encodings import decoded
from storage.formats.export_tally import Written, accepted, count_document, count_span, unread
from storage.formats.labelled_spans import Mark, to_spans
from storage.formats.offsets import Location, in_code_points
from storage.formats.zip_writer import Pack
from storage.records import BadRecord, Counted, DocumentRecord, Record, SpanRecord

_ENTITY = re.compile(r"(?P<label>\S+) (?P<places>\d{1,9} \d{1,9}(?:;\d{1,9} \d{1,9})*)")
_WHITE = re.compile(r"\s")
_OTHERS = {
    "R": "relations left out",
    "E": "events left out",
    "A": "attributes left out",
    "M": "attributes left out",
    "N": "normalizations left out",
    "#": "notes left out",
    "*": "equivalences left out",
}
_TEXT = ".txt"
_BESIDE = (".ann", ".a1", ".a2")
_DISCONTINUOUS = "discontinuous entities read as one entity for each fragment"


@dataclass(frozen=True, slots=True)
class _Entity:
    label: str
    fragments: tuple[Location, ...]


class _LineError(ValueError):
    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


def read_brat(file: BinaryIO, name: str) -> Iterator[Record]:
    """The documents of an archive. Raises `ArchiveError`."""
    archive = Archive(file)
    annotations = _by_text(archive.names)
    for member in annotations.pop("", []):
        missing = f"{PurePosixPath(member).stem}{_TEXT}"
        yield BadRecord(1, f"{member}: its text {missing} is missing beside it")
    records = (_document(archive, member, beside) for member, beside in annotations.items())
    yield from noted(records, archive.left_out((_TEXT, *_BESIDE)))
    if not any(suffix(member) in (_TEXT, *_BESIDE) for member in archive.names):
        yield BadRecord(1, "the archive holds no .txt file; brat keeps a .txt beside each .ann")


def _by_text(names: Sequence[str]) -> dict[str, list[str]]:
    """The annotation files of each text; under "" those without one.

    Names may differ in case, as systems that ignore it write them, where that names one text.
    """
    annotations: dict[str, list[str]] = {name: [] for name in names if suffix(name) == _TEXT}
    texts: dict[str, str] = {}
    alike: dict[str, list[str]] = {}
    for name in annotations:
        texts.setdefault(_stem(name), name)
        alike.setdefault(_stem(name).lower(), []).append(name)
    beside = [name for name in names if suffix(name) in _BESIDE]
    for name in sorted(beside, key=lambda name: _BESIDE.index(suffix(name))):
        others = alike.get(_stem(name).lower(), [])
        text = texts.get(_stem(name)) or (others[0] if len(others) == 1 else "")
        annotations.setdefault(text, []).append(name)
    return annotations


def _stem(member: str) -> str:
    return str(PurePosixPath(member).with_suffix(""))


def sniff_brat_members(names: Sequence[str]) -> bool:
    """Whether an archive holds brat's annotations; their texts alone are plain texts, too."""
    return any(suffix(name) in _BESIDE for name in names)


def write_brat(documents: Iterable[DocumentRecord], out: BinaryIO) -> Written:
    """A ZIP archive of pairs; blanks in a label become `_`, since blanks part its fields."""
    written = Written()
    with Pack(out) as pack:
        for document in documents:
            stem = pack.stem(document.name)
            pack.add(f"{stem}.txt", document.text.encode())
            lines = "".join(_lines(document, written))
            if not unread(document):
                pack.add(f"{stem}.ann", lines.encode())
            count_document(document, written, pack.held_by_name(stem, document.name) | {"unread"})
    return written


def _document(archive: Archive, member: str, beside: Sequence[str]) -> Record:
    try:
        text = decoded(archive.read(member))
        if not text:
            return BadRecord(1, f"{member}: the file holds no text")
        stem = _stem(member)
        if not beside:
            return DocumentRecord(text, stem)
        counts: Counter[str] = Counter()
        entities = [entity for name in beside for entity in _read(archive, name, counts)]
        marks, note = _marks(entities, text, counts)
        spans, notes = to_spans(text, marks)
        left = tuple(Counted(kind, count) for kind, count in sorted(counts.items()))
        return DocumentRecord(text, stem, spans, notes=(*note, *notes, *left))
    except _LineError as error:
        return BadRecord(error.line, str(error))
    except ValueError as error:
        return BadRecord(1, f"{member}: {error}")


def _read(archive: Archive, name: str, counts: Counter[str]) -> list[_Entity]:
    content = decoded(archive.read(name)).removeprefix("\ufeff")
    try:
        return list(_entities(content, counts))
    except _LineError as error:
        raise _LineError(error.line, f"{name}: {error}") from None


def _entities(content: str, counts: Counter[str]) -> Iterator[_Entity]:
    for number, line in enumerate(content.split("\n"), 1):
        line = line.removesuffix("\r")
        if line.startswith("T"):
            yield _entity(line, number)
        elif line.strip():
            if line[0] not in _OTHERS:
                raise _LineError(number, f"no line of brat's: {line[:60]!r}")
            counts[_OTHERS[line[0]]] += 1


def _entity(line: str, number: int) -> _Entity:
    _, _, rest = line.partition("\t")
    head, tab, surface = rest.partition("\t")
    match = _ENTITY.fullmatch(head)
    if match is None:
        raise _LineError(
            number, f"'T1<tab>LABEL START END<tab>TEXT' is expected, got {line[:60]!r}"
        )
    label = match["label"]
    locations = [tuple(map(int, location.split())) for location in match["places"].split(";")]
    if len(locations) == 1:
        start, end = locations[0]
        return _Entity(label, (Location(start, end, surface if tab else None, label),))
    fragments, at = [], 0
    for start, end in locations:
        part = surface[at : at + end - start] if tab else None
        fragments.append(Location(start, end, part, label))
        at += end - start + 1
    return _Entity(label, tuple(fragments))


def _marks(
    entities: list[_Entity], text: str, counts: Counter[str]
) -> tuple[list[Mark], tuple[str, ...]]:
    """What to keep of the entities, in code points, and what to tell of their offsets."""
    flat = [fragment for entity in entities for fragment in entity.fragments]
    locations, note = in_code_points(text, flat)
    remaining = iter(locations)
    marks = []
    for entity in entities:
        pieces = _joined([next(remaining) for _ in entity.fragments], text)
        counts.update([_DISCONTINUOUS] if len(pieces) > 1 else [])
        marks += [Mark(start, end, entity.label) for start, end in pieces]
    return marks, (note,) if note else ()


def _joined(fragments: list[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    joined = fragments[:1]
    for start, end in fragments[1:]:
        first, last = joined[-1]
        if last <= start and not text[last:start].strip():
            joined[-1] = (first, end)
        else:
            joined.append((start, end))
    return joined


def _lines(document: DocumentRecord, written: Written) -> Iterator[str]:
    there: set[Key] = set()
    for span in accepted(document, written):
        label = "_".join(span.label.split()) or "_"
        if (span.start, span.end, label) in there:
            written.properties["entities whose labels differ in blanks alone"] += 1
            continue
        there.add((span.start, span.end, label))
        if label != span.label:
            written.properties["blanks in labels"] += 1
        pieces = _pieces(document.text, span)
        locations = ";".join(f"{start} {end}" for start, end in pieces)
        surface = " ".join(document.text[start:end] for start, end in pieces)
        count_span(span, written)
        yield f"T{len(there)}\t{label} {locations}\t{_WHITE.sub(' ', surface)}\n"


def _pieces(text: str, span: SpanRecord) -> list[tuple[int, int]]:
    """The parts between line ends, as brat cuts an entity, where they can be put together again."""
    parts = re.finditer(r"[^\n]+", text[span.start : span.end])
    pieces = [(span.start + part.start(), span.start + part.end()) for part in parts]
    whole = [(span.start, span.end)]
    return pieces if _joined(pieces, text) == whole else whole
