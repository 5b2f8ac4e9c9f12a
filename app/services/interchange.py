"""Files into a project and out of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Literal

from sqlalchemy.orm import Session

from app.services.pieces import by_sentence
from storage import formats
from storage.engine import Sessions, writing
from storage.formats import ExportFormat, ImportFormat
from storage.models import Document
from storage.records import BadRecord, DocumentRecord, LostEntity, Record, SpanRecord
from storage.repository import annotation_sets, documents, projects
from storage.repository.corrected import corrected
from storage.vocabulary import DocumentStatus, Split

BATCH = 100
"""Documents in a transaction: short, so that annotators' saves pass in between."""
SAMPLE_LABELS = ("PER", "ORG", "LOC", "MISC")


@dataclass(slots=True)
class ImportReport:
    """What an import did. Bad records were passed over; all the others are in."""

    format: ImportFormat
    added: int = 0
    duplicates: int = 0
    """Documents whose very text the project has already."""
    entities: int = 0
    bad: list[BadRecord] = field(default_factory=list)
    labels_created: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export wrote, and what it could not."""

    format: ExportFormat
    documents: int
    entities: int
    nested: tuple[LostEntity, ...]
    """Left out by a flat format; the outermost of each nest was written."""
    unaligned: tuple[LostEntity, ...]
    """Left out because they do not begin and end where words do."""
    textless: int
    """Entities that a format of text alone does not hold."""
    unsubmitted: int
    """Documents of the project that nobody has submitted yet, which are not in the file."""


def import_file(
    sessions: Sessions,
    project_id: int,
    source: bytes | Path,
    *,
    name: str = "",
    format: ImportFormat | Literal["auto"] = "auto",
    person: str = "import",
    as_suggestions: bool = False,
    split: Split | None = None,
    sentences: bool = False,
) -> ImportReport:
    """Adds a file's documents to a project; texts it has already are passed over.

    Entities become a submitted set of `person`, or suggestions to review where the record's
    status or `as_suggestions` says so. Unknown labels are created. `split` overrides where the
    documents go; a record's own split comes next, then the hash. `sentences` makes each sentence
    a document. An import that is broken off can be repeated: what is in is skipped.
    """
    name = name or (source.name if isinstance(source, Path) else "document.txt")
    chosen = formats.detect(source, name) if format == "auto" else format
    report = ImportReport(format=chosen)
    importer = _Importer(project_id, name, person, as_suggestions, split, report)
    records = formats.read(source, chosen, name)
    for batch in _batches(by_sentence(records) if sentences else records):
        with writing(sessions) as session:
            for record in batch:
                importer.take(session, record)
    return report


def export(
    sessions: Sessions,
    project_id: int,
    format: ExportFormat,
    out: BinaryIO,
    *,
    splits: Collection[Split] = (),
) -> ExportReport:
    """Streams every submitted document of a project, of the given splits (all if none), to `out`.

    `jsonl` holds all that is known, rejected suggestions included; the other formats hold the
    accepted entities.
    """
    with sessions() as session:
        projects.get(session, project_id)
        written = formats.write(corrected(session, project_id, splits), format, out)
        counts = documents.counts_by_split(session, project_id)
        total = sum(counts.get(split, 0) for split in splits or counts)
    return ExportReport(
        format=format,
        documents=written.documents,
        entities=written.entities,
        nested=tuple(written.nested),
        unaligned=tuple(written.unaligned),
        textless=written.textless,
        unsubmitted=total - written.documents,
    )


def seed_sample_project(sessions: Sessions, folder: Path) -> int | None:
    """Makes the project "Sample" from the folder's *.txt files if there is no project yet.

    Each file is a document, kept exactly, named by the file's stem. Returns the project's id,
    or None where there was a project. Two processes that start at once make one.
    """
    with writing(sessions) as session:
        if projects.every(session):
            return None
        project = projects.create(session, "Sample")
        projects.ensure_labels(session, project.id, SAMPLE_LABELS)
        for path in sorted(folder.glob("*.txt")):
            documents.add(session, project.id, name=path.stem, text=path.read_bytes().decode())
        return project.id


@dataclass(frozen=True, slots=True)
class _Importer:
    project_id: int
    file: str
    person: str
    as_suggestions: bool
    split: Split | None
    report: ImportReport

    def take(self, session: Session, record: Record) -> None:
        """One record into the database, or into the report with the reason why not."""
        if isinstance(record, BadRecord):
            self.report.bad.append(record)
            return
        try:
            with session.begin_nested():
                created, added = self._add(session, record)
        except ValueError as error:
            self.report.bad.append(BadRecord(record.line, str(error)))
            return
        self.report.labels_created += created
        self.report.added += added
        self.report.duplicates += not added
        self.report.entities += len(record.entities or ()) if added else 0

    def _add(self, session: Session, record: DocumentRecord) -> tuple[Sequence[str], bool]:
        status = _status(record, self.as_suggestions)
        document = documents.add(
            session,
            self.project_id,
            name=record.name,
            text=record.text,
            split=self.split or record.split or ("train" if _suggests(record, status) else None),
            status=status,
            meta=record.meta,
        )
        if document is None:
            return (), False
        if record.entities is None:
            return (), True
        labels = [span.label for span in record.entities]
        created = projects.ensure_labels(session, self.project_id, labels)
        self._keep_entities(session, document, record)
        return created, True

    def _keep_entities(self, session: Session, document: Document, record: DocumentRecord) -> None:
        spans = record.entities or ()
        if document.status in ("new", "skipped"):
            annotation_sets.add_prediction(
                session,
                document.id,
                [_suggestion(span) for span in spans],
                model_version_id=None,
                provenance={"imported": self.file, **record.provenance},
            )
            return
        provenance = dict(record.provenance)
        annotation_sets.add_person_set(
            session,
            document.id,
            spans,
            person=_text(provenance.pop("person", None)) or self.person,
            state="submitted" if document.status == "submitted" else "draft",
            submitted_at=_time(provenance.pop("submitted_at", None)),
            provenance={k: v for k, v in provenance.items() if k != "origin"}
            if record.provenance
            else {"imported": self.file},
        )


def _suggests(record: DocumentRecord, status: DocumentStatus) -> bool:
    """Whether suggestions come with it: it is no document to judge models by then."""
    return status in ("new", "skipped") and bool(record.entities)


def _status(record: DocumentRecord, as_suggestions: bool) -> DocumentStatus:
    """Where an imported document stands: its own word, unless it is to be reviewed anyway.

    A "submitted" document must have been looked at, and no suggestion may be left in it.
    """
    if as_suggestions or record.entities is None:
        return "skipped" if record.status == "skipped" else "new"
    undecided = any(span.status == "suggested" for span in record.entities)
    if record.status == "submitted" and undecided:
        raise ValueError(
            "the record says submitted but holds suggested entities; accept or reject them, or "
            "give it the status new or in_progress"
        )
    return record.status or ("new" if undecided else "submitted")


def _suggestion(span: SpanRecord) -> SpanRecord:
    return SpanRecord(
        start=span.start,
        end=span.end,
        label=span.label,
        status="rejected" if span.status == "rejected" else "suggested",
        score=span.score,
        source="model",
        key=span.key,
    )


def _text(value: Any) -> str | None:
    return value[:200] if isinstance(value, str) and value else None


def _time(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    iterator = iter(records)
    while batch := list(islice(iterator, BATCH)):
        yield batch
