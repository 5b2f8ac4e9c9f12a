"""What submitted sets teach (`storage.repository.instant`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from storage.enums import SpanStatus
from storage.models import AnnotationSet, Document, EntityRow, Label
from storage.repository.instant import Labelled, Lesson
from storage.soft_delete import WITH_TRASH


def lessons_of_sets(session: Session, sets: Mapping[int, int]) -> list[Lesson]:
    """What these sets teach, by document, in their order. An entity whose label is in the trash
    counts: its label may come back."""
    spans: dict[int, dict[SpanStatus, list[Labelled]]] = {}
    query = (
        select(
            EntityRow.annotation_set_id, EntityRow.status, EntityRow.start, EntityRow.end, Label.id
        )
        .join(AnnotationSet, AnnotationSet.id == EntityRow.annotation_set_id)
        .join(Document, Document.id == AnnotationSet.document_id)
        .join(Label, and_(Label.project_id == Document.project_id, Label.name == EntityRow.label))
        .where(AnnotationSet.id.in_(sets.values()))
        .order_by(EntityRow.start, EntityRow.end, Label.id)
        .execution_options(**WITH_TRASH)
    )
    for set_id, status, *span in session.execute(query):
        spans.setdefault(set_id, {}).setdefault(status, []).append((span[0], span[1], span[2]))
    found = []
    for document_id, set_id in sets.items():
        by_status = spans.get(set_id, {})
        entities = tuple(dict.fromkeys(by_status.get("accepted", ())))
        rejected = tuple(dict.fromkeys(by_status.get("rejected", ())))
        found.append(Lesson(document_id, set_id, entities, rejected))
    return found


def lengths(session: Session, documents: Collection[int]) -> dict[int, int]:
    """How many code points each of these documents has, in this order."""
    query = select(Document.id, Document.length).where(Document.id.in_(documents))
    found = dict(session.execute(query).all())
    return {document_id: found[document_id] for document_id in documents if document_id in found}
