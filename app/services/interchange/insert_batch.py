"""Insert new documents in one transaction and report the rejected ones."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from app.services.interchange.read_records import Checked, ImportReport
from app.services.interchange.same_text import Combiner, SameText, entities_that_count
from app.services.interchange.texts import Counts, Texts
from app.services.interchange.to_document import labels_of
from storage.records import BadRecord
from storage.repository import bulk, known_texts, projects, trash
from storage.repository.bulk import NewDocument
from storage.repository.known_texts import KnownText

MOST_LABELS = 1_000
TOO_MANY_LABELS = (
    f"the project would have more than {MOST_LABELS:,} labels; check that the labels in this file "
    "are correct"
)

TEXT_IN_TRASH = "skipped: the same text is in the project's trash; restore it there"
LABEL_IN_TRASH = "with entities of a label in the trash; they are shown once it is restored"
EVERYTHING = 2**62
"""A number that no document has: none came with this import."""


@dataclass(slots=True)
class InsertResult:
    """What one transaction did."""

    documents: list[NewDocument] = field(default_factory=list)
    oldest: int = EVERYTHING
    """The smallest number of its documents."""
    counts: Counts = field(default_factory=Counts)
    entities: int = 0
    notes: dict[str, int] = field(default_factory=dict)
    bad: list[BadRecord] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    def add_to(self, report: ImportReport) -> None:
        report.added += len(self.documents)
        for note, number in self.notes.items():
            report.note(note, number)
        report.entities += self.entities
        report.labels_created += self.labels
        self.counts.add_to(report)
        for record in self.bad:
            report.refuse(record)


def insert_batch(
    session: Session,
    project_id: int,
    batch: Sequence[Checked],
    *,
    way: SameText = "merge",
    since: int = EVERYTHING,
    singly: bool = False,
) -> InsertResult:
    """Adds what the project has not, all at once, and to those from the number `since` on.

    Raises `StatementError` where the database refuses a row; `singly`, each comes in by itself and
    what is refused is told. A savepoint around the whole would hide a full disk: SQLite then rolls
    the transaction back, and the savepoint with it.
    """
    result = InsertResult()
    known = bulk.known_hashes(session, project_id, [checked.document.sha256 for checked in batch])
    result.notes = notes_on_trash(session, project_id, batch, known)
    combiner = Combiner(way, lambda: projects.get(session, project_id).nested)
    texts = Texts(combiner, result.counts)
    stored = look_up(session, project_id, batch, known, texts, since, lock=True)
    labels = {label.name for label in projects.labels(session, project_id)}
    for checked in batch:
        wanted = labels.union(labels_of(checked.document))
        if texts.is_open(checked) and len(wanted) > max(MOST_LABELS, len(labels)):
            result.bad.append(BadRecord(checked.record.line, TOO_MANY_LABELS))
        elif texts.add(checked) in ("new", "merged", "response"):
            labels = wanted
    fresh = [
        replace(text.first, document=text.document) for text in texts.found.values() if text.first
    ]
    if singly:
        for checked in fresh:
            _add_alone(session, project_id, checked, result)
    else:
        _add(session, project_id, [checked.document for checked in fresh], result)
    revised = [text.document for text in texts.found.values() if text.changed and not text.first]
    if singly:
        for document in revised:
            with _refusals(session, texts.found[document.sha256].line, result):
                _revise(session, project_id, stored, [document], result)
    elif revised:
        _revise(session, project_id, stored, revised, result)
    return result


def look_up(
    session: Session,
    project_id: int,
    batch: Sequence[Checked],
    known: Collection[str],
    texts: Texts,
    since: int,
    *,
    lock: bool = False,
) -> Mapping[str, KnownText]:
    """Tells `texts` what the project has of the batch's, beyond what they know; of a text that
    comes without annotation, only that it is there."""
    hashes = {checked.document.sha256 for checked in batch} & set(known) - texts.found.keys()
    annotated = {checked.document.sha256 for checked in batch if checked.document.sets} & hashes
    stored: Mapping[str, KnownText] = {}
    if annotated:
        stored = known_texts.of_hashes(session, project_id, sorted(annotated), since, lock=lock)
    for sha256 in hashes:
        text = stored.get(sha256)
        if text is None:
            texts.know(NewDocument("", "", sha256), is_open=False)
        else:
            entities = entities_that_count(text.document.sets)
            texts.know(replace(text.document, entities=entities), is_open=text.is_open)
    return stored


def notes_on_trash(
    session: Session, project_id: int, batch: Sequence[Checked], known: set[str]
) -> dict[str, int]:
    """What the trash keeps from being seen, and in how many documents."""
    labels = trash.labels(session, project_id)
    marked = [checked for checked in batch if labels and labels & set(labels_of(checked.document))]
    found = {
        TEXT_IN_TRASH: len(trash.texts(session, project_id, sorted(known))) if known else 0,
        LABEL_IN_TRASH: len(marked),
    }
    return {note: documents for note, documents in found.items() if documents}


def _add(
    session: Session, project_id: int, documents: Sequence[NewDocument], result: InsertResult
) -> None:
    named = [label for document in documents for label in labels_of(document)]
    created = projects.ensure_labels(session, project_id, named)
    numbered = bulk.add_all(session, project_id, documents)
    result.oldest = min((result.oldest, *numbered))
    result.labels += created
    result.documents += documents
    result.entities += sum(document.entities for document in documents)


def _add_alone(session: Session, project_id: int, checked: Checked, result: InsertResult) -> None:
    """Another import may have added it meanwhile."""
    if bulk.known_hashes(session, project_id, [checked.document.sha256]):
        result.counts.outcomes["duplicate"] += 1
        return
    with _refusals(session, checked.record.line, result):
        _add(session, project_id, [checked.document], result)


def _revise(
    session: Session,
    project_id: int,
    stored: Mapping[str, KnownText],
    documents: Sequence[NewDocument],
    result: InsertResult,
) -> None:
    """Documents of earlier transactions of this import, to which records of this one were added."""
    named = [label for document in documents for label in labels_of(document)]
    result.labels += projects.ensure_labels(session, project_id, named)
    known = [stored[document.sha256] for document in documents]
    numbered = {text.document_id: new for text, new in zip(known, documents, strict=True)}
    known_texts.replace_sets(session, known, numbered)
    before = sum(entities_that_count(text.document.sets) for text in known)
    result.entities += sum(document.entities for document in documents) - before


@contextmanager
def _refusals(session: Session, line: int, result: InsertResult) -> Iterator[None]:
    """A savepoint; what the database refuses within it is a bad record of this line."""
    try:
        with session.begin_nested():
            yield
    except StatementError as error:
        if not is_refusal(error):
            raise
        reason = str(error.orig or error).strip().splitlines()[0][:200]
        result.bad.append(BadRecord(line, f"the database rejected it: {reason}"))


def is_refusal(error: StatementError) -> bool:
    """Whether the database refuses a row, rather than being full, locked or gone."""
    return isinstance(error, DataError | IntegrityError) or not isinstance(error, DBAPIError)
