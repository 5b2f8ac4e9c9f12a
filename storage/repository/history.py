"""What led to documents' entities: the other annotation sets, and every operation."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from storage.models import AnnotationSet, EntityRow, Operation
from storage.records import History, OperationRecord, SetRecord, SpanRecord

IMPORTED = "imported:"
"""Operations that were imported have clients "imported:<document>:<client>": the pair of client and
number is unique in a database, and one file may be imported into several projects."""
LONGEST_CLIENT = 64


def spans_of_sets(
    session: Session, set_ids: Collection[int], labels: Collection[str] = ()
) -> dict[int, list[SpanRecord]]:
    """The spans by set in reading order, outer before inner, of these labels (all if none)."""
    query = (
        select(
            EntityRow.annotation_set_id,
            EntityRow.start,
            EntityRow.end,
            EntityRow.label,
            EntityRow.status,
            EntityRow.score,
            EntityRow.source,
            EntityRow.key,
            EntityRow.confidence,
        )
        .where(EntityRow.annotation_set_id.in_(set_ids))
        .order_by(EntityRow.annotation_set_id, EntityRow.start, EntityRow.end.desc(), EntityRow.id)
    )
    if labels:
        query = query.where(EntityRow.label.in_(labels))
    spans: dict[int, list[SpanRecord]] = {}
    for set_id, *fields in session.execute(query):
        spans.setdefault(set_id, []).append(SpanRecord(*fields))
    return spans


def histories(session: Session, current: Mapping[int, int]) -> dict[int, History]:
    """By document: its submitted sets and predictions but the `current` one, and its operations.

    A draft is no history yet.
    """
    sets = _sets(session, current)
    spans = spans_of_sets(session, [row.id for rows in sets.values() for row in rows])
    operations = _operations(session, current)
    found: dict[int, History] = {}
    for document_id, set_id in current.items():
        rows = sets.get(document_id, [])
        earlier = [row for row in rows if row.id != set_id and row.state == "submitted"]
        positions = {row.id: position for position, row in enumerate(earlier)}
        found[document_id] = History(
            tuple(
                _set(row, spans.get(row.id, ()), positions.get(row.parent_id)) for row in earlier
            ),
            tuple(operations.get(document_id, ())),
            next((positions.get(row.parent_id) for row in rows if row.id == set_id), None),
        )
    return found


def client_of(client: str, document_id: int) -> str:
    """The name under which an imported operation is kept."""
    name = f"{IMPORTED}{document_id}:{client}"
    if len(name) <= LONGEST_CLIENT:
        return name
    return f"{IMPORTED}{document_id}:{hashlib.sha256(client.encode()).hexdigest()[:32]}"


def _sets(session: Session, document_ids: Iterable[int]) -> dict[int, list[Row[Any]]]:
    query = (
        select(
            AnnotationSet.id,
            AnnotationSet.document_id,
            AnnotationSet.origin,
            AnnotationSet.person,
            AnnotationSet.model_version_id,
            AnnotationSet.provenance,
            AnnotationSet.state,
            AnnotationSet.blind,
            AnnotationSet.parent_id,
            AnnotationSet.created_at,
            AnnotationSet.submitted_at,
        )
        .where(AnnotationSet.document_id.in_(document_ids))
        .order_by(AnnotationSet.id)
    )
    sets: dict[int, list[Row[Any]]] = {}
    for row in session.execute(query):
        sets.setdefault(row.document_id, []).append(row)
    return sets


def _set(row: Row[Any], spans: Sequence[SpanRecord], parent: int | None) -> SetRecord:
    provenance = dict(row.provenance)
    imported = provenance.pop("model_version", None)
    return SetRecord(
        origin=row.origin,
        entities=tuple(spans),
        created_at=row.created_at,
        submitted_at=row.submitted_at,
        person=row.person,
        model_version=imported if row.model_version_id is None else row.model_version_id,
        provenance=provenance,
        blind=row.blind,
        parent=parent,
    )


def _operations(session: Session, document_ids: Iterable[int]) -> dict[int, list[OperationRecord]]:
    query = (
        select(
            Operation.document_id,
            Operation.client,
            Operation.seq,
            Operation.person,
            Operation.at,
            Operation.payload,
            Operation.blind,
            Operation.version,
            Operation.changes,
            Operation.refused,
        )
        .where(Operation.document_id.in_(document_ids))
        .order_by(Operation.document_id, Operation.at, Operation.client, Operation.seq)
    )
    operations: dict[int, list[OperationRecord]] = {}
    for document_id, client, *fields in session.execute(query):
        name = client.removeprefix(f"{IMPORTED}{document_id}:")
        operations.setdefault(document_id, []).append(OperationRecord(name, *fields))
    return operations
