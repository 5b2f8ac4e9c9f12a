"""Documents: adding, finding, listing, and what comes next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from storage.models import Document
from storage.repository.splits import choose_split, sha256_of
from storage.vocabulary import DOCUMENT_STATUSES, DocumentStatus, Split

Direction = Literal["next", "previous"]


class DocumentGoneError(LookupError):
    """There is no such document, or no longer."""


def add(
    session: Session,
    project_id: int,
    *,
    name: str,
    text: str,
    split: Split | None = None,
    status: DocumentStatus = "new",
    meta: Mapping[str, Any] | None = None,
) -> Document | None:
    """Keeps a text exactly as given. None when the project has the very same text already.

    Without `split`, `storage.repository.splits` decides. Raises `ValueError` for a text that
    is empty or holds lone surrogates, which no database can keep.
    """
    if not text:
        raise ValueError("a document needs at least one character of text, got none")
    sha256 = sha256_of(text)
    if by_hash(session, project_id, sha256) is not None:
        return None
    document = Document(
        project_id=project_id,
        name=name,
        text=text,
        length=len(text),
        sha256=sha256,
        split=split or choose_split(session, project_id, sha256),
        status=status,
        meta=dict(meta or {}),
    )
    session.add(document)
    session.flush()
    return document


def get(session: Session, document_id: int) -> Document:
    document = session.get(Document, document_id)
    if document is None:
        raise DocumentGoneError(
            f"there is no document {document_id}; the Documents page lists them"
        )
    return document


def lock(session: Session, document_id: int) -> Document:
    """The document, fresh, with its row locked until the transaction ends.

    SQLite has no row locks: there `engine.writing` has taken the database's write lock.
    """
    query = select(Document).where(Document.id == document_id)
    document = session.scalars(
        query.with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    return document or get(session, document_id)


def by_hash(session: Session, project_id: int, sha256: str) -> Document | None:
    query = select(Document).where(Document.project_id == project_id, Document.sha256 == sha256)
    return session.scalars(query).one_or_none()


def counts_by_status(session: Session, project_id: int) -> dict[DocumentStatus, int]:
    """How many documents stand where; every status is a key."""
    query = (
        select(Document.status, func.count())
        .where(Document.project_id == project_id)
        .group_by(Document.status)
    )
    found = dict(session.execute(query).all())
    return {status: found.get(status, 0) for status in DOCUMENT_STATUSES}


def counts_by_split(
    session: Session, project_id: int, statuses: Collection[DocumentStatus] = ()
) -> dict[Split, int]:
    """How many documents are in each split, among those of the given statuses (all if none).

    A split without any is no key.
    """
    query = (
        select(Document.split, func.count())
        .where(Document.project_id == project_id)
        .group_by(Document.split)
    )
    if statuses:
        query = query.where(Document.status.in_(statuses))
    return dict(session.execute(query).all())


def neighbour(
    session: Session,
    document: Document,
    direction: Direction,
    statuses: Collection[DocumentStatus] = (),
) -> int | None:
    """The id of the nearest document after or before this one.

    Only documents of the given `statuses` count; all of them if none is given.
    """
    query = select(Document.id).where(Document.project_id == document.project_id).limit(1)
    if direction == "next":
        query = query.where(Document.id > document.id).order_by(Document.id)
    else:
        query = query.where(Document.id < document.id).order_by(Document.id.desc())
    if statuses:
        query = query.where(Document.status.in_(statuses))
    return session.scalar(query)


def position(session: Session, document: Document) -> int:
    """Which document of its project it is in order of arrival, from 1."""
    query = (
        select(func.count())
        .select_from(Document)
        .where(Document.project_id == document.project_id, Document.id <= document.id)
    )
    return session.scalar(query) or 0


def first(
    session: Session, project_id: int, statuses: Collection[DocumentStatus] = ()
) -> int | None:
    """The id of the project's first document of the given statuses (all if none)."""
    query = select(func.min(Document.id)).where(Document.project_id == project_id)
    if statuses:
        query = query.where(Document.status.in_(statuses))
    return session.scalar(query)


def matching(search: str) -> Any:
    """The condition that a document's name or text contains `search`, whatever the case."""
    return or_(
        Document.name.icontains(search, autoescape=True),
        Document.text.icontains(search, autoescape=True),
    )
