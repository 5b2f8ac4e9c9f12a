"""One transaction of an import: what the project has not comes in, what it refuses is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from app.services.interchange.read_records import Checked, ImportReport
from app.services.interchange.to_document import labels_of
from storage.records import BadRecord
from storage.repository import bulk, projects, trash
from storage.repository.bulk import NewDocument

MOST_LABELS = 1_000
TOO_MANY_LABELS = (
    f"the project would have more than {MOST_LABELS:,} labels; check that the labels in this file "
    "are correct"
)

TEXT_IN_TRASH = "skipped: the same text is in the project's trash; restore it there"
LABEL_IN_TRASH = "with entities of a label in the trash; they are shown once it is restored"


@dataclass(slots=True)
class InsertResult:
    """What one transaction did."""

    documents: list[NewDocument] = field(default_factory=list)
    duplicates: int = 0
    notes: dict[str, int] = field(default_factory=dict)
    bad: list[BadRecord] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    def add_to(self, report: ImportReport) -> None:
        report.added += len(self.documents)
        report.duplicates += self.duplicates
        for said, number in self.notes.items():
            report.note(said, number)
        report.entities += sum(document.entities for document in self.documents)
        report.labels_created += self.labels
        for record in self.bad:
            report.refuse(record)


def insert_batch(
    session: Session, project_id: int, batch: Sequence[Checked], *, singly: bool = False
) -> InsertResult:
    """Adds what the project has not, all at once.

    Raises `StatementError` where the database refuses a row; `singly`, each comes in by itself and
    what is refused is told. A savepoint around the whole would hide a full disk: SQLite then rolls
    the transaction back, and the savepoint with it.
    """
    result = InsertResult()
    known = bulk.known_hashes(session, project_id, [checked.document.sha256 for checked in batch])
    result.notes = notes_on_trash(session, project_id, batch, known)
    labels = {label.name for label in projects.labels(session, project_id)}
    fresh: list[Checked] = []
    for checked in batch:
        document = checked.document
        if document.sha256 in known:
            result.duplicates += 1
            continue
        wanted = labels.union(labels_of(document))
        if len(wanted) > max(MOST_LABELS, len(labels)):
            result.bad.append(BadRecord(checked.record.line, TOO_MANY_LABELS))
            continue
        labels = wanted
        known.add(document.sha256)
        fresh.append(checked)
    if singly:
        for checked in fresh:
            _add_alone(session, project_id, checked, result)
    else:
        _add(session, project_id, [checked.document for checked in fresh], result)
    return result


def notes_on_trash(
    session: Session, project_id: int, batch: Sequence[Checked], known: set[str]
) -> dict[str, int]:
    """What the bin keeps from being seen, and in how many documents."""
    labels = trash.labels(session, project_id)
    marked = [checked for checked in batch if labels and labels & set(labels_of(checked.document))]
    found = {
        TEXT_IN_TRASH: len(trash.texts(session, project_id, sorted(known))) if known else 0,
        LABEL_IN_TRASH: len(marked),
    }
    return {said: documents for said, documents in found.items() if documents}


def _add(
    session: Session, project_id: int, documents: Sequence[NewDocument], result: InsertResult
) -> None:
    named = [label for document in documents for label in labels_of(document)]
    created = projects.ensure_labels(session, project_id, named)
    bulk.add_all(session, project_id, documents)
    result.labels += created
    result.documents += documents


def _add_alone(session: Session, project_id: int, checked: Checked, result: InsertResult) -> None:
    """Another import may have added it meanwhile."""
    if bulk.known_hashes(session, project_id, [checked.document.sha256]):
        result.duplicates += 1
        return
    try:
        with session.begin_nested():
            _add(session, project_id, [checked.document], result)
    except StatementError as error:
        if not is_refusal(error):
            raise
        said = str(error.orig or error).strip().splitlines()[0][:200]
        result.bad.append(BadRecord(checked.record.line, f"the database rejected it: {said}"))


def is_refusal(error: StatementError) -> bool:
    """Whether the database refuses a row, rather than being full, locked or gone."""
    return isinstance(error, DataError | IntegrityError) or not isinstance(error, DBAPIError)
