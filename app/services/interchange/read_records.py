"""What every import does first: find the format, read the records, check each of them."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.services.interchange.same_text import SameText
from app.services.interchange.sentences import by_sentence
from app.services.interchange.to_document import DocumentBuilder
from core.text.columns import ColumnChoice
from storage import formats
from storage.enums import Split
from storage.records import BadRecord, Counted, DocumentRecord, Note, Record
from storage.repository.bulk import NewDocument

BATCH = 250
"""Documents in a transaction: short, so that annotators' saves pass in between."""
BATCH_LENGTH = 1_000_000
"""Code points in a transaction, unless one document alone has more."""
BAD_KEPT = 10_000
"""Bad records that are listed; more are counted only, or a file of nonsense would fill memory."""
NOTES_KEPT = 100
"""Kinds of notes that are listed; notes of further kinds are counted, since files name kinds."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file on its way into a project, and what is to become of it."""

    source: bytes | Path
    name: str = ""
    format: str = "auto"
    person: str = "import"
    """Whose the entities are, where the records do not say."""
    as_suggestions: bool = False
    """Entities are suggestions to review, whatever the records say of them."""
    split: Split | None = None
    """Where all documents go; else a record's own split counts, then the hash."""
    sentences: bool = False
    """Each sentence becomes a document."""
    columns: ColumnChoice | None = None
    """The words and tags of a column file, where its content should not decide."""
    same_text: SameText = "merge"
    """What becomes of a further record of a text, with different annotations."""
    encoding: str | None = None
    """One of `storage.formats.ENCODINGS`, for a text that is not UTF-8."""
    submit_empty: bool = False
    """An empty list of labels says that somebody looked and found nothing; else nobody looked."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A record that can become a document."""

    record: DocumentRecord
    document: NewDocument


@dataclass(slots=True)
class NoteTotal:
    """How often a note was made."""

    documents: int = 0
    count: int | None = None
    """How many things it counts in all of them; None where it is about documents."""

    def add(self, documents: int, count: int | None) -> None:
        self.documents += documents
        if count is not None:
            self.count = (self.count or 0) + count


@dataclass(slots=True)
class ImportReport:
    """What an import has done so far. Bad records were skipped; all the others are in.

    It is `done` when the whole file has been read: not if it was stopped, or `broken_off`.
    """

    format: str = ""
    size: int = 0
    """Bytes of the file."""
    read: int = 0
    """Bytes of it that have been read."""
    added: int = 0
    duplicates: int = 0
    """Records whose very text the project has already, or the file before, with that annotation."""
    merged: int = 0
    """Records whose annotation was added to a document of the same text."""
    responses: int = 0
    """Records that are another person's annotation of the same text."""
    differing: int = 0
    """Records whose text the project has with different annotations, which was left as it is."""
    contradictions: int = 0
    """Bad records that contradict an earlier one of the same text."""
    empty: int = 0
    """Records with an empty list of labels, of which nobody knows whether somebody looked."""
    submits_empty: bool = False
    """Whether they were taken as submitted, see `Incoming.submit_empty`."""
    entities: int = 0
    bad: list[BadRecord] = field(default_factory=list)
    bad_unlisted: int = 0
    """Bad records beyond those in `bad`."""
    labels_created: list[str] = field(default_factory=list)
    notes: dict[str, NoteTotal] = field(default_factory=dict)
    """What was converted or left out on the way in, by kind."""
    notes_unlisted: int = 0
    """Notes of further kinds than those in `notes`."""
    broken_off: BadRecord | None = None
    """The bad record behind which nothing of the file could be read."""
    done: bool = False

    @property
    def bad_count(self) -> int:
        return len(self.bad) + self.bad_unlisted

    def refuse(self, record: BadRecord) -> None:
        if record.ends_file:
            self.broken_off = self.broken_off or record
        if len(self.bad) < BAD_KEPT:
            self.bad.append(record)
        else:
            self.bad_unlisted += 1

    def note(self, note: Note, documents: int = 1) -> None:
        kind, count = (note.kind, note.count) if isinstance(note, Counted) else (note, None)
        if kind not in self.notes and len(self.notes) >= NOTES_KEPT:
            self.notes_unlisted += documents
            return
        self.notes.setdefault(kind, NoteTotal()).add(documents, count)

    def note_lines(self) -> tuple[str, ...]:
        """The notes in words: sentences with their documents, then all counts in one line."""
        sentences = [
            f"{kind} ({_documents(total.documents)})"
            for kind, total in self.notes.items()
            if total.count is None
        ]
        counts = [
            f"{kind}: {total.count:,} in {_documents(total.documents)}"
            for kind, total in self.notes.items()
            if total.count is not None
        ]
        lines = [*sentences, "; ".join(counts)]
        if self.notes_unlisted:
            lines.append(
                f"and {self.notes_unlisted:,} notes of further kinds, which are not listed"
            )
        return tuple(filter(None, lines))


def batches(incoming: Incoming, report: ImportReport) -> Iterator[list[Checked]]:
    """The documents of a file in parts fit for a transaction; all others go into the report.

    Raises `ValueError` for a file that cannot be read at all.
    """
    name = incoming.name or (
        incoming.source.name if isinstance(incoming.source, Path) else "document.txt"
    )
    try:
        report.format = _format(incoming, name)
    except formats.UnclearFormatError as error:
        report.format = formats.TEXT
        report.refuse(BadRecord(1, str(error), ends_file=True))
        return
    report.submits_empty = incoming.submit_empty
    builder = DocumentBuilder(name, incoming.person, incoming.as_suggestions, incoming.split)
    source = incoming.source
    with source.open("rb") if isinstance(source, Path) else io.BytesIO(source) as file:
        report.size = file.seek(0, io.SEEK_END)
        file.seek(0)
        records = formats.read_from(
            file, report.format, name, columns=incoming.columns, encoding=incoming.encoding
        )
        records = _decided(records, report)
        for batch in _parts(_sentences(records) if incoming.sentences else records):
            checked = _checked(batch, builder, report)
            report.read = max(report.read, min(file.tell(), report.size))
            yield checked
    report.read, report.done = report.size, report.broken_off is None


def _format(incoming: Incoming, name: str) -> str:
    if incoming.format != "auto":
        return incoming.format
    if incoming.columns:
        return formats.COLUMNS
    return formats.detect(incoming.source, name, incoming.encoding)


def _decided(records: Iterable[Record], report: ImportReport) -> Iterator[Record]:
    """The records, with no entities where an empty list of labels does not say that it is done."""
    if not formats.FORMATS[report.format].empty_is_unclear:
        yield from records
        return
    for record in records:
        unclear = isinstance(record, DocumentRecord) and not record.status and record.entities == ()
        report.empty += unclear
        if isinstance(record, DocumentRecord) and unclear and not report.submits_empty:
            yield replace(record, entities=None)
        else:
            yield record


def _sentences(records: Iterable[Record]) -> Iterator[Record]:
    """The records by sentence. What happened to the whole text is no sentence's history."""
    return by_sentence(
        replace(record, history=None) if isinstance(record, DocumentRecord) else record
        for record in records
    )


def _parts(records: Iterable[Record]) -> Iterator[list[Record]]:
    part: list[Record] = []
    length = 0
    for record in records:
        part.append(record)
        length += len(record.text) if isinstance(record, DocumentRecord) else 0
        if len(part) >= BATCH or length >= BATCH_LENGTH:
            yield part
            part, length = [], 0
    if part:
        yield part


def _checked(
    records: Sequence[Record], builder: DocumentBuilder, report: ImportReport
) -> list[Checked]:
    checked: list[Checked] = []
    for record in records:
        if isinstance(record, BadRecord):
            report.refuse(record)
            continue
        try:
            checked.append(Checked(record, builder.document(record)))
        except ValueError as error:
            report.refuse(BadRecord(record.line, str(error)))
            continue
        for note in _added_up(record.notes):
            report.note(note)
    return checked


def _added_up(notes: Iterable[Note]) -> Iterator[Note]:
    """A document's notes, each kind once."""
    counts: Counter[str] = Counter()
    sentences: dict[str, None] = {}
    for note in notes:
        if isinstance(note, Counted):
            counts[note.kind] += note.count
        else:
            sentences[note] = None
    yield from sentences
    yield from (Counted(kind, count) for kind, count in counts.items())


def _documents(number: int) -> str:
    return f"{number:,} document{'' if number == 1 else 's'}"
