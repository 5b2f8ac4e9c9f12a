"""Annotation sets: predictions, drafts and submitted sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session, selectinload

from storage.columns import now
from storage.models import AnnotationSet, Document, EntityRow
from storage.records import SpanRecord
from storage.vocabulary import Origin, SetState


def add_prediction(
    session: Session,
    document_id: int,
    spans: Iterable[SpanRecord],
    *,
    model_version_id: int | None,
    provenance: Mapping[str, Any],
) -> AnnotationSet:
    """A machine's answer. No spans is an answer too: "predicted: nothing found"."""
    return _add(
        session,
        AnnotationSet(
            document_id=document_id,
            origin="machine",
            state="submitted",
            model_version_id=model_version_id,
            provenance=dict(provenance),
            submitted_at=now(),
        ),
        spans,
    )


def add_person_set(
    session: Session,
    document_id: int,
    spans: Iterable[SpanRecord],
    *,
    person: str,
    state: SetState = "draft",
    parent_id: int | None = None,
    provenance: Mapping[str, Any] | None = None,
    submitted_at: datetime | None = None,
) -> AnnotationSet:
    """A person's draft, or a submitted set (from an import). One draft a document at most."""
    return _add(
        session,
        AnnotationSet(
            document_id=document_id,
            origin="person",
            state=state,
            person=person,
            parent_id=parent_id,
            provenance=dict(provenance or {}),
            submitted_at=(submitted_at or now()) if state == "submitted" else None,
        ),
        spans,
    )


def latest_prediction(session: Session, document_id: int) -> AnnotationSet | None:
    """The newest machine's set of a document, whichever model made it, with its entities."""
    return _newest(session, document_id, AnnotationSet.origin == "machine")


def draft_of(session: Session, document_id: int) -> AnnotationSet | None:
    """The document's open draft with its entities."""
    return _newest(session, document_id, AnnotationSet.state == "draft")


def submitted_of(session: Session, document_id: int) -> AnnotationSet | None:
    """The newest set that a person submitted, with its entities."""
    return _newest(
        session,
        document_id,
        AnnotationSet.origin == "person",
        AnnotationSet.state == "submitted",
    )


@dataclass(frozen=True, slots=True)
class Made:
    """A prediction or a submitted set, without its entities."""

    id: int
    origin: Origin
    person: str | None
    model_version_id: int | None
    created_at: datetime
    entities: int


def made(session: Session, document_id: int) -> list[Made]:
    """Every answer that stands, the oldest first; none that was given unseen by others."""
    entities = (
        select(func.count())
        .where(EntityRow.annotation_set_id == AnnotationSet.id)
        .scalar_subquery()
    )
    query = (
        select(
            AnnotationSet.id,
            AnnotationSet.origin,
            AnnotationSet.person,
            AnnotationSet.model_version_id,
            AnnotationSet.created_at,
            entities,
        )
        .where(
            AnnotationSet.document_id == document_id,
            AnnotationSet.state == "submitted",
            ~AnnotationSet.blind,
        )
        .order_by(AnnotationSet.id)
    )
    return [Made(*row) for row in session.execute(query)]


def newest_submitted(project_id: int) -> Select[Any]:
    """The query for the newest submitted set of each document, as `set_id`."""
    return (
        select(func.max(AnnotationSet.id).label("set_id"))
        .join(Document, Document.id == AnnotationSet.document_id)
        .where(
            Document.project_id == project_id,
            AnnotationSet.origin == "person",
            AnnotationSet.state == "submitted",
        )
        .group_by(AnnotationSet.document_id)
    )


def save_spans(session: Session, draft: AnnotationSet, spans: Iterable[SpanRecord]) -> None:
    """Makes a draft hold exactly these spans; rows that did not change are not written."""
    _require_draft(draft)
    rows = {row.key: row for row in draft.entities}
    wanted = {span.key: span for span in spans}
    for key in rows.keys() - wanted.keys():
        draft.entities.remove(rows[key])
    for key, span in wanted.items():
        if key not in rows:
            draft.entities.append(_row(span))
        elif span_of(rows[key]) != span:
            row = rows[key]
            row.start, row.end, row.label = span.start, span.end, span.label
            row.status, row.score, row.source = span.status, span.score, span.source
            row.confidence = dict(span.confidence) if span.confidence else None
    session.flush()


def submit(session: Session, draft: AnnotationSet, document: Document, person: str) -> None:
    """Freezes a draft: it becomes the person's submitted set and never changes again."""
    _require_draft(draft)
    draft.state, draft.person, draft.submitted_at = "submitted", person, now()
    document.status = "submitted"
    session.flush()


def discard_draft(session: Session, draft: AnnotationSet) -> None:
    """Deletes a draft that nobody has worked on."""
    _require_draft(draft)
    session.expunge(draft)
    session.execute(delete(EntityRow).where(EntityRow.annotation_set_id == draft.id))
    session.execute(delete(AnnotationSet).where(AnnotationSet.id == draft.id))


def spans_of(annotation_set: AnnotationSet) -> tuple[SpanRecord, ...]:
    """The set's spans in reading order, outer before inner."""
    return tuple(span_of(row) for row in annotation_set.entities)


def span_of(row: EntityRow) -> SpanRecord:
    return SpanRecord(
        start=row.start,
        end=row.end,
        label=row.label,
        status=row.status,
        score=row.score,
        source=row.source,
        key=row.key,
        confidence=row.confidence,
    )


def _row(span: SpanRecord) -> EntityRow:
    return EntityRow(
        key=span.key,
        start=span.start,
        end=span.end,
        label=span.label,
        status=span.status,
        score=span.score,
        source=span.source,
        confidence=dict(span.confidence) if span.confidence else None,
    )


def _add(
    session: Session, annotation_set: AnnotationSet, spans: Iterable[SpanRecord]
) -> AnnotationSet:
    annotation_set.entities = [_row(span) for span in spans]
    session.add(annotation_set)
    session.flush()
    return annotation_set


def _newest(session: Session, document_id: int, *conditions: Any) -> AnnotationSet | None:
    query = (
        select(AnnotationSet)
        .where(AnnotationSet.document_id == document_id, *conditions)
        .order_by(AnnotationSet.id.desc())
        .limit(1)
        .options(selectinload(AnnotationSet.entities))
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).one_or_none()


def _require_draft(annotation_set: AnnotationSet) -> None:
    if annotation_set.state != "draft":
        raise ValueError(
            f"annotation set {annotation_set.id} is {annotation_set.state} and never changes; "
            "reopen its document to correct it in a child draft"
        )
