"""The list of documents on the page: three queries, however many rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.enums import DocumentStatus
from storage.models import AnnotationSet, Document, EntityRow
from storage.records import DocumentList, DocumentRow
from storage.repository.documents import matching

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
    """One page of the project's documents in order of arrival.

    `statuses` empty means all; `search` is looked for in names and texts, literally.
    """
    conditions = [Document.project_id == project_id]
    if statuses:
        conditions.append(Document.status.in_(statuses))
    if search:
        conditions.append(matching(search, session.get_bind().dialect.name))
    ids, total = _page(session, conditions, limit, offset)
    page = session.execute(
        select(
            Document.id,
            Document.name,
            Document.status,
            Document.split,
            func.substr(Document.text, 1, PREVIEW),
            Document.length,
            Document.updated_at,
        )
        .where(Document.id.in_(ids))
        .order_by(Document.id)
    ).all()
    counts = _counts(session, [row[0] for row in page])
    rows = tuple(
        DocumentRow(
            id=row[0],
            name=row[1],
            status=row[2],
            split=row[3],
            preview=row[4],
            length=row[5],
            suggested=counts.get(row[0], {}).get("suggested", 0),
            accepted=counts.get(row[0], {}).get("accepted", 0),
            rejected=counts.get(row[0], {}).get("rejected", 0),
            predicted=row[0] in counts,
            updated_at=row[6],
        )
        for row in page
    )
    return DocumentList(rows=rows, total=total)


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
    by_origin = (
        select(
            AnnotationSet.document_id,
            func.max(AnnotationSet.id)
            .filter(AnnotationSet.origin == "person", ~AnnotationSet.blind)
            .label("person"),
            func.max(AnnotationSet.id).filter(AnnotationSet.origin == "machine").label("machine"),
        )
        .where(AnnotationSet.document_id.in_(document_ids))
        .group_by(AnnotationSet.document_id)
        .subquery()
    )
    current = func.coalesce(by_origin.c.person, by_origin.c.machine)
    query = (
        select(by_origin.c.document_id, EntityRow.status, func.count(EntityRow.id))
        .join_from(by_origin, EntityRow, EntityRow.annotation_set_id == current, isouter=True)
        .group_by(by_origin.c.document_id, EntityRow.status)
    )
    counts: dict[int, dict[str | None, int]] = {}
    for document_id, status, count in session.execute(query):
        counts.setdefault(document_id, {})[status] = count
    return counts
