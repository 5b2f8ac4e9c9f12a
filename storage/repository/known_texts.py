"""What a project has of a text already, for an import that brings the text again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, func, or_, select, update
from sqlalchemy.orm import Session

from storage.columns import now
from storage.enums import Split
from storage.models import AnnotationSet, Assignment, Base, Document, EntityRow, Operation
from storage.records import SpanRecord
from storage.repository.bulk import NewDocument, NewSet, add_assignments, add_sets
from storage.soft_delete import WITH_TRASH

_SETS, _ENTITIES = (
    Base.metadata.tables[model.__tablename__] for model in (AnnotationSet, EntityRow)
)
"""Tables: an entity whose label lies in the trash is known, too."""


@dataclass(frozen=True, slots=True)
class KnownText:
    """A document of the project, and what is said of it."""

    document_id: int
    document: NewDocument
    """Without its text, and with the sets of people and of files: not those of our models. Its
    split is None where the import may still choose it."""
    set_ids: tuple[int, ...]
    is_open: bool
    """Whether an import may add to it: it came with this import, or nothing is said of it yet; and
    nobody has worked on it, or has it open."""


def of_hashes(
    session: Session, project_id: int, hashes: Collection[str], since: int, *, lock: bool = False
) -> dict[str, KnownText]:
    """What is known of these texts, by SHA-256. The documents numbered from `since` on came with
    the import; `lock` keeps others from all of them until the transaction ends."""
    query = (
        select(
            Document.id,
            Document.name,
            Document.sha256,
            Document.split,
            Document.status,
            Document.skip_reason,
            Document.deleted_at,
            Document.claimed_until,
        )
        .where(Document.project_id == project_id, Document.sha256.in_(hashes))
        .order_by(Document.id)
        .execution_options(**WITH_TRASH)
    )
    rows = session.execute(query.with_for_update() if lock else query).all()
    ids = [row.id for row in rows]
    worked_on = _worked_on(session, ids)
    sets = _sets(session, ids)
    spans = _spans(session, [row.id for found in sets.values() for row in found])
    known = {}
    for row in rows:
        every = sets.get(row.id, [])
        found = [row for row in every if row.model_version_id is None]
        free = row.claimed_until is None or row.claimed_until < now()
        split = None if row.id >= since else row.split
        known[row.sha256] = KnownText(
            document_id=row.id,
            document=_document(
                row, split, [_set(row_set, spans.get(row_set.id, ())) for row_set in found]
            ),
            set_ids=tuple(row_set.id for row_set in found),
            is_open=row.deleted_at is None
            and row.id not in worked_on
            and free
            and not any(row_set.parent_id for row_set in every)
            and (row.id >= since or (not every and row.status == "new")),
        )
    return known


def replace_sets(
    session: Session, known: Sequence[KnownText], documents: Mapping[int, NewDocument]
) -> None:
    """Puts other sets in the place of those that an import has just added: as if all of it had come
    at once. Sets that stay as they are keep their place and number."""
    replaced: list[int] = []
    drafts: list[int] = []
    added: dict[int, NewDocument] = {}
    for text in known:
        document = documents[text.document_id]
        stays = set(map(id, text.document.sets)) & set(map(id, document.sets))
        for set_id, present in zip(text.set_ids, text.document.sets, strict=True):
            if id(present) not in stays:
                (drafts if present.state == "draft" else replaced).append(set_id)
        new = tuple(record for record in document.sets if id(record) not in stays)
        added[text.document_id] = NewDocument("", "", document.sha256, sets=new)
        values = {"status": document.status, "skip_reason": document.skip_reason}
        if document.split:
            values["split"] = document.split
        if any(getattr(text.document, name) != value for name, value in values.items()):
            changed = update(Document).where(Document.id == text.document_id)
            session.execute(changed.values(**values))
    connection = session.connection()
    connection.execute(delete(_SETS).where(_SETS.c.id.in_(drafts)))  # a document has one
    of_documents = _SETS.c.document_id.in_(added)
    newest = connection.execute(select(func.max(_SETS.c.id)).where(of_documents)).scalar() or 0
    add_sets(connection, added, newest)
    connection.execute(delete(_SETS).where(_SETS.c.id.in_(replaced)))  # SQLite would reuse numbers
    add_assignments(connection, added)


def _worked_on(session: Session, document_ids: Collection[int]) -> set[int]:
    """The documents that somebody did anything to, or has a part in."""
    acted = select(Operation.document_id).where(Operation.document_id.in_(document_ids))
    given = select(Assignment.document_id).where(
        Assignment.document_id.in_(document_ids),
        or_(Assignment.status != "submitted", Assignment.version > 0),
    )
    return set(session.scalars(acted.union(given)))


def _sets(session: Session, document_ids: Collection[int]) -> dict[int, list[Row[Any]]]:
    query = select(_SETS).where(_SETS.c.document_id.in_(document_ids)).order_by(_SETS.c.id)
    sets: dict[int, list[Row[Any]]] = {}
    for row in session.execute(query):
        sets.setdefault(row.document_id, []).append(row)
    return sets


def _spans(session: Session, set_ids: Collection[int]) -> dict[int, list[SpanRecord]]:
    query = (
        select(
            _ENTITIES.c.annotation_set_id,
            *(
                _ENTITIES.c[name]
                for name in ("start", "end", "label", "status", "score", "source", "key")
            ),
            _ENTITIES.c.confidence,
        )
        .where(_ENTITIES.c.annotation_set_id.in_(set_ids))
        .order_by(_ENTITIES.c.id)
    )
    spans: dict[int, list[SpanRecord]] = {}
    for set_id, *fields in session.execute(query):
        spans.setdefault(set_id, []).append(SpanRecord(*fields))
    return spans


def _set(row: Row[Any], spans: Sequence[SpanRecord]) -> NewSet:
    return NewSet(
        origin=row.origin,
        state=row.state,
        spans=tuple(spans),
        created_at=row.created_at,
        submitted_at=row.submitted_at,
        person=row.person,
        provenance=row.provenance,
        blind=row.blind,
    )


def _document(row: Any, split: Split | None, sets: Sequence[NewSet]) -> NewDocument:
    return NewDocument(
        name=row.name,
        text="",
        sha256=row.sha256,
        split=split,
        status=row.status,
        skip_reason=row.skip_reason,
        sets=tuple(sets),
    )
