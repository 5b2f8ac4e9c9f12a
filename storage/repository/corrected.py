"""The corrected data: every document that has a submitted set, with the newest one."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from storage.models import AnnotationSet, Document
from storage.records import DocumentRecord
from storage.repository.annotation_sets import newest_submitted, spans_of
from storage.vocabulary import Split

BATCH = 200
"""Documents held in memory at a time."""


def corrected(
    session: Session, project_id: int, splits: Collection[Split] = ()
) -> Iterator[DocumentRecord]:
    """Streams the documents in order of arrival, of the given splits (all if none).

    Entities keep their status: the accepted ones are the truth, the rejected ones are what a
    person refused. A reopened document counts with what was last submitted.
    """
    newest = newest_submitted(project_id).add_columns(AnnotationSet.document_id)
    if splits:
        newest = newest.where(Document.split.in_(splits))
    chosen = newest.subquery()
    last_id = 0
    while True:
        batch = session.execute(
            select(Document, AnnotationSet)
            .join(chosen, chosen.c.document_id == Document.id)
            .join(AnnotationSet, AnnotationSet.id == chosen.c.set_id)
            .where(Document.id > last_id)
            .order_by(Document.id)
            .limit(BATCH)
            .options(selectinload(AnnotationSet.entities))
        ).all()
        if not batch:
            return
        for document, annotation_set in batch:
            last_id = document.id
            yield _record(document, annotation_set)


def _record(document: Document, annotation_set: AnnotationSet) -> DocumentRecord:
    submitted = annotation_set.submitted_at
    return DocumentRecord(
        text=document.text,
        name=document.name,
        entities=spans_of(annotation_set),
        split=document.split,
        status="submitted",
        provenance={
            **annotation_set.provenance,
            "origin": annotation_set.origin,
            "person": annotation_set.person,
            "submitted_at": submitted.isoformat() if submitted else None,
        },
        meta=document.meta,
    )
