"""The list of documents on the page: three queries, however many rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.enums import DocumentStatus
from storage.models import AnnotationSet, Document, DocumentSignal, EntityRow
from storage.records import DocumentFilter, DocumentList, DocumentRow
from storage.repository.document_filter import current_sets, matching

PREVIEW = 160


def list_documents(
    session: Session,
    project_id: int,
    *,
    statuses: Collection[DocumentStatus] = (),
    search: str = "",
    limit: int = 50,
    offset: int = 0,
) -> DocumentList:
    """One page of the documents of these statuses (all if none) that contain `search`."""
    wanted = DocumentFilter(statuses=statuses, search=search)
    return page(session, project_id, wanted, limit=limit, offset=offset)


def page(
    session: Session, project_id: int, wanted: DocumentFilter, *, limit: int, offset: int = 0
) -> DocumentList:
    """One page of the project's documents in order of arrival."""
    ids, total = _page(session, matching(session, project_id, wanted), limit, offset)
    query = (
        select(
            Document.id,
            Document.name,
            Document.status,
            Document.split,
            func.substr(Document.text, 1, PREVIEW).label("preview"),
            Document.length,
            Document.updated_at,
            Document.meta,
            DocumentSignal.doubt,
        )
        .outerjoin(
            DocumentSignal,
            (DocumentSignal.document_id == Document.id)
            & (DocumentSignal.model_version_id == wanted.model_version_id),
        )
        .where(Document.id.in_(ids))
        .order_by(Document.id)
    )
    found = session.execute(query).all()
    counts = _counts(session, [row.id for row in found])
    rows = tuple(
        DocumentRow(
            id=row.id,
            name=row.name,
            status=row.status,
            split=row.split,
            preview=row.preview,
            length=row.length,
            suggested=counts.get(row.id, {}).get("suggested", 0),
            accepted=counts.get(row.id, {}).get("accepted", 0),
            rejected=counts.get(row.id, {}).get("rejected", 0),
            predicted=row.id in counts,
            updated_at=row.updated_at,
            uncertainty=row.doubt,
            meta=row.meta,
        )
        for row in found
    )
    return DocumentList(rows=rows, total=total)


def ids(session: Session, project_id: int, wanted: DocumentFilter) -> Sequence[int]:
    """The numbers of all documents that match, in order of arrival."""
    query = select(Document.id).where(*matching(session, project_id, wanted))
    return session.scalars(query.order_by(Document.id)).all()


def _page(
    session: Session, conditions: Sequence[Any], limit: int, offset: int
) -> tuple[Sequence[int], int]:
    """The ids of one page, and how many documents match on all pages.

    A search looks through every text, so it is made once, and not a second time to count.
    """
    found = select(Document.id).where(*conditions).cte("found")
    total = select(func.count()).select_from(found).scalar_subquery()
    query = select(found.c.id, total).order_by(found.c.id).limit(limit)
    rows = session.execute(query.offset(offset)).all()
    if not rows and offset:
        first = session.execute(query.limit(1)).first()
        return (), first[1] if first else 0
    return [row[0] for row in rows], rows[0][1] if rows else 0


def _counts(session: Session, document_ids: Sequence[int]) -> dict[int, dict[str | None, int]]:
    """Entities by status in each document's current set: a person's if any, else a machine's."""
    current = current_sets(AnnotationSet.document_id.in_(document_ids))
    query = (
        select(current.c.document_id, EntityRow.status, func.count(EntityRow.id))
        .join_from(current, EntityRow, EntityRow.annotation_set_id == current.c.id, isouter=True)
        .group_by(current.c.document_id, EntityRow.status)
    )
    counts: dict[int, dict[str | None, int]] = {}
    for document_id, status, count in session.execute(query):
        counts.setdefault(document_id, {})[status] = count
    return counts
