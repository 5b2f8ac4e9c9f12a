"""Many documents at once: one query a question and one insert a table, however many they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.orm import Session

from storage.enums import DocumentStatus, SetState, Split
from storage.models import AnnotationSet, Assignment, Base, Document, EntityRow, Operation
from storage.records import Answer, OperationRecord, SpanRecord
from storage.repository.annotation_sets import values_of
from storage.repository.history import client_of
from storage.repository.splits import choose_splits
from storage.soft_delete import WITH_TRASH

_DOCUMENTS, _SETS, _ENTITIES, _OPERATIONS, _ASSIGNMENTS = (
    Base.metadata.tables[model.__tablename__]
    for model in (Document, AnnotationSet, EntityRow, Operation, Assignment)
)
"""Tables and not classes: half of the time of an insert is the mapping's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSet(Answer):
    """An annotation set of a document that is about to be added."""

    state: SetState
    spans: Sequence[SpanRecord]


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document that is checked and can be added, with its sets in order of age."""

    name: str
    text: str
    sha256: str
    split: Split | None = None
    """None: `storage.repository.splits` decides."""
    status: DocumentStatus = "new"
    meta: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""
    skip_reason: str = ""
    sets: tuple[NewSet, ...] = ()
    operations: tuple[OperationRecord, ...] = ()
    entities: int = 0
    """Entities of the set that counts."""


def known_hashes(session: Session, project_id: int, hashes: Sequence[str]) -> set[str]:
    """Which of the texts the project has already, by SHA-256; also those in the trash."""
    query = select(Document.sha256).where(
        Document.project_id == project_id, Document.sha256.in_(hashes)
    )
    return set(session.scalars(query.execution_options(**WITH_TRASH)))


def add_all(
    session: Session, project_id: int, documents: Sequence[NewDocument]
) -> Mapping[int, NewDocument]:
    """Adds documents whose texts the project has not yet, in this order, and all or none; returns
    them by their numbers."""
    if not documents:
        return {}
    splits = choose_splits(
        session, project_id, [(document.sha256, document.split) for document in documents]
    )
    rows = [
        _document(project_id, document, split)
        for document, split in zip(documents, splits, strict=True)
    ]
    connection = session.connection()
    connection.execute(insert(_DOCUMENTS), rows)
    hashes = [document.sha256 for document in documents]
    ids = dict(
        connection.execute(
            select(_DOCUMENTS.c.sha256, _DOCUMENTS.c.id).where(
                _DOCUMENTS.c.project_id == project_id, _DOCUMENTS.c.sha256.in_(hashes)
            )
        ).all()
    )
    numbered = {ids[document.sha256]: document for document in documents}
    add_sets(connection, numbered)
    add_assignments(connection, numbered)
    operations = [
        _operation(id, operation)
        for id, document in numbered.items()
        for operation in document.operations
    ]
    if operations:
        connection.execute(insert(_OPERATIONS), operations)
    return numbered


def add_sets(connection: Connection, documents: Mapping[int, NewDocument], after: int = 0) -> None:
    """Adds the documents' sets in order; they have none whose number is above `after`."""
    sets = [_set(id, record) for id, document in documents.items() for record in document.sets]
    if not sets:
        return
    connection.execute(insert(_SETS), sets)
    query = select(_SETS.c.document_id, _SETS.c.id).where(
        _SETS.c.document_id.in_(documents), _SETS.c.id > after
    )
    ids: dict[int, list[int]] = {}
    for document_id, id in connection.execute(query.order_by(_SETS.c.id)):
        ids.setdefault(document_id, []).append(id)  # in the order in which they were inserted
    entities: list[dict[str, Any]] = []
    for document_id, set_ids in ids.items():
        for id, record in zip(set_ids, documents[document_id].sets, strict=True):
            entities += _entities(id, record.spans)
            if record.parent is not None:
                child = update(_SETS).where(_SETS.c.id == id)
                connection.execute(child.values(parent_id=set_ids[record.parent]))
    if entities:
        connection.execute(insert(_ENTITIES), entities)


def add_assignments(connection: Connection, documents: Mapping[int, NewDocument]) -> None:
    """Gives everybody who answered a document unseen by the others a part in it, which is done."""
    wanted = {
        (id, record.person)
        for id, document in documents.items()
        for record in document.sets
        if record.blind and record.state == "submitted" and record.person
    }
    if not wanted:
        return
    query = select(_ASSIGNMENTS.c.document_id, _ASSIGNMENTS.c.person)
    rows = connection.execute(query.where(_ASSIGNMENTS.c.document_id.in_(documents)))
    present = {(row.document_id, row.person) for row in rows}
    lacking = sorted(wanted - present)
    if lacking:
        connection.execute(insert(_ASSIGNMENTS), [_assignment(*pair) for pair in lacking])


def _assignment(document_id: int, person: str) -> dict[str, Any]:
    return {
        "document_id": document_id,
        "person": person,
        "status": "submitted",
        "version": 0,
        "comment": "",
        "skip_reason": "",
    }


def _document(project_id: int, document: NewDocument, split: Split) -> dict[str, Any]:
    return {
        "project_id": project_id,
        "name": document.name,
        "text": document.text,
        "length": len(document.text),
        "sha256": document.sha256,
        "split": split,
        "status": document.status,
        "meta": dict(document.meta),
        "comment": document.comment,
        "skip_reason": document.skip_reason,
        "version": max((operation.version or 0 for operation in document.operations), default=0),
    }


def _set(document_id: int, new: NewSet) -> dict[str, Any]:
    return {
        "document_id": document_id,
        "origin": new.origin,
        "state": new.state,
        "person": new.person,
        "blind": new.blind,
        "provenance": dict(new.provenance),
        "created_at": new.created_at,
        "submitted_at": new.submitted_at,
    }


def _entities(set_id: int, spans: Sequence[SpanRecord]) -> Iterator[dict[str, Any]]:
    for span in spans:
        yield {"annotation_set_id": set_id, **values_of(span)}


def _operation(document_id: int, operation: OperationRecord) -> dict[str, Any]:
    return {
        "client": client_of(operation.client, document_id),
        "seq": operation.seq,
        "document_id": document_id,
        "person": operation.person,
        "payload": dict(operation.payload),
        "blind": operation.blind,
        "version": operation.version,
        "changes": None if operation.changes is None else list(map(dict, operation.changes)),
        "refused": operation.refused,
        "at": operation.at,
    }
