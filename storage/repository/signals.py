"""What a model says of whole documents: kept when it was read, looked up to order the queue."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from storage.enums import DocumentStatus, Split
from storage.models import Document, DocumentSignal
from storage.repository.assignments import OPEN


class QueueRow(NamedTuple):
    """A document as the queue sees it; the signals are None where the model has not looked."""

    id: int
    sha256: str
    split: Split
    status: DocumentStatus
    waits: bool
    """Whether it is open, and waits for the person who asks."""
    doubt: float | None
    disagreement: float | None


def put(
    session: Session,
    document_id: int,
    model_version_id: int,
    *,
    doubt: float,
    disagreement: float,
    vector: bytes,
) -> None:
    """Keeps what a model version says of a document, in place of what it said before."""
    session.merge(
        DocumentSignal(
            document_id=document_id,
            model_version_id=model_version_id,
            doubt=doubt,
            disagreement=disagreement,
            vector=vector,
        )
    )
    session.flush()


def queue_rows(
    session: Session, project_id: int, model_version_id: int | None, waits: ColumnElement[bool]
) -> Sequence[QueueRow]:
    """Every document of the project in order of arrival, with one model version's signals; `waits`
    is the condition (`assignments.waits_for`) that an open one waits for the person who asks."""
    signal = (DocumentSignal.document_id == Document.id) & (
        DocumentSignal.model_version_id == model_version_id
    )
    query = (
        select(
            Document.id,
            Document.sha256,
            Document.split,
            Document.status,
            and_(Document.status.in_(OPEN), waits),
            DocumentSignal.doubt,
            DocumentSignal.disagreement,
        )
        .outerjoin(DocumentSignal, signal)
        .where(Document.project_id == project_id)
        .order_by(Document.id)
    )
    return list(map(QueueRow._make, session.execute(query)))


def by_arrival(
    session: Session,
    project_id: int,
    statuses: Collection[DocumentStatus],
    after: int | None,
    without: Collection[int],
    limit: int,
    *conditions: ColumnElement[bool],
) -> Sequence[int]:
    """The documents of these statuses that came after this one, then those from the start; only
    those that the conditions hold of."""
    query = (
        select(Document.id)
        .where(
            Document.project_id == project_id,
            Document.status.in_(statuses),
            Document.id.not_in([*without, after or 0]),
            *conditions,
        )
        .order_by(Document.id < (after or 0), Document.id)
        .limit(limit)
    )
    return session.scalars(query).all()


def vectors(
    session: Session, document_ids: Collection[int], model_version_id: int
) -> dict[int, bytes]:
    """The vectors of those documents that have one."""
    query = select(DocumentSignal.document_id, DocumentSignal.vector).where(
        DocumentSignal.model_version_id == model_version_id,
        DocumentSignal.document_id.in_(document_ids),
    )
    return dict(session.execute(query).all())


def lacking(
    session: Session,
    project_id: int,
    model_version_id: int,
    statuses: Collection[DocumentStatus],
    limit: int,
    without: Collection[int] = (),
) -> Sequence[int]:
    """The first documents of these statuses that the model version has not looked at, but for
    those `without` and those held out, which no signal orders."""
    signal = (DocumentSignal.document_id == Document.id) & (
        DocumentSignal.model_version_id == model_version_id
    )
    query = (
        select(Document.id)
        .outerjoin(DocumentSignal, signal)
        .where(
            Document.project_id == project_id,
            Document.status.in_(statuses),
            Document.split != "holdout",
            DocumentSignal.document_id.is_(None),
            Document.id.not_in(without),
        )
        .order_by(Document.id)
        .limit(limit)
    )
    return session.scalars(query).all()
