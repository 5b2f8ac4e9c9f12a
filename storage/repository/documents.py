"""Documents: adding, finding, listing, and what comes next."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, false, func, or_, select
from sqlalchemy.orm import Session

from storage.enums import DOCUMENT_STATUSES, DocumentStatus, Role, Split
from storage.models import Document, Member, User
from storage.project_scope import EVERYONE
from storage.query_criteria import BUILT_ONCE
from storage.repository.splits import choose_split, sha256_of
from storage.soft_delete import WITH_TRASH

LONGEST_TEXT = 5_000_000
"""Code points of a document: several books. More would keep the page and the model waiting."""
LONGEST_NAME = 500
LONGEST_SEARCH = 1_000
LOCKED_AT_ONCE = 500


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

    Without `split`, `storage.repository.splits` decides. Raises `ValueError` as `checked_hash`.
    """
    sha256 = checked_hash(name, text)
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


def checked_hash(name: str, text: str) -> str:
    """The text's SHA-256. Raises `ValueError` for a text or name that cannot be kept: empty, too
    long, or with half a character (a lone surrogate)."""
    if not text:
        raise ValueError("a document needs at least one character of text, got none")
    if len(text) > LONGEST_TEXT:
        raise ValueError(
            f"a document has at most {LONGEST_TEXT:,} characters, got {len(text):,}; cut it into "
            "parts, or import it sentence by sentence"
        )
    if len(name) > LONGEST_NAME:
        raise ValueError(f"a name has at most {LONGEST_NAME} characters, got {len(name):,}")
    if any("\ud800" <= char <= "\udfff" for char in name):
        raise ValueError("the name holds half a character (a lone surrogate); repair it")
    return sha256_of(text)


def get(session: Session, document_id: int) -> Document:
    document = session.get(Document, document_id)
    if document is None:
        raise DocumentGoneError(
            f"there is no document {document_id}; the Documents page lists them"
        )
    return document


def stands(session: Session, document_id: int, project_id: int | None = None) -> bool:
    """Whether there is such a document, in this project if one is given, and neither it nor its
    project lies in the trash."""
    query = select(Document.id).where(Document.id == document_id)
    if project_id is not None:
        query = query.where(Document.project_id == project_id)
    return session.scalar(query) is not None


def texts(session: Session, document_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Name and text of each of these documents, in order of arrival."""
    query = select(Document.id, Document.name, Document.text).where(Document.id.in_(document_ids))
    return {row.id: (row.name, row.text) for row in session.execute(query.order_by(Document.id))}


def names(session: Session, document_ids: Collection[int]) -> dict[int, str]:
    """The name of each of these documents, in order of arrival."""
    query = select(Document.id, Document.name).where(Document.id.in_(document_ids))
    return {row.id: row.name for row in session.execute(query.order_by(Document.id))}


def versions(session: Session, document_ids: Collection[int]) -> dict[int, int]:
    """The version of each of these documents' drafts that all annotators share."""
    query = select(Document.id, Document.version).where(Document.id.in_(document_ids))
    return {row.id: row.version for row in session.execute(query)}


def lock(session: Session, document_id: int) -> Document:
    """The document, fresh, with its row locked until the transaction ends; also one in the trash,
    so that what a page had open when somebody deleted it is saved there.

    SQLite has no row locks: there `engine.writing` has taken the database's write lock.
    """
    document = session.scalars(_locked(), {"document_id": document_id}).one_or_none()
    return document or get(session, document_id)


def lock_for(session: Session, document_id: int, user_id: int) -> tuple[Document, Role] | None:
    """The same for a member of its project, with their role; None where they are none, or there is
    no such document. One query, and it asks for nothing else that the person may see."""
    values = {"document_id": document_id, "user_id": user_id}
    row = session.execute(_locked_for(), values).one_or_none()
    return None if row is None else (row[0], row[1])


@cache
def _locked() -> Select[Document]:
    query = select(Document).where(Document.id == bindparam("document_id")).with_for_update()
    return query.execution_options(**BUILT_ONCE, **WITH_TRASH, populate_existing=True)


@cache
def _locked_for() -> Select[Document, Role]:
    query = (
        select(Document, Member.role)
        .join(Member, Member.project_id == Document.project_id)
        .join(User, User.id == Member.user_id)
        .where(Document.id == bindparam("document_id"), User.id == bindparam("user_id"))
        .where(User.active)
        .with_for_update(of=Document)
    )
    return query.execution_options(**BUILT_ONCE, **WITH_TRASH, **EVERYONE, populate_existing=True)


def lock_many(
    session: Session, project_id: int, document_ids: Collection[int]
) -> Iterator[Sequence[Document]]:
    """The project's documents of these numbers, fresh and locked, a batch at a time; in the order
    of their numbers, so that no two changes ever wait for each other."""
    numbers = sorted(set(document_ids))
    for first in range(0, len(numbers), LOCKED_AT_ONCE):
        of_batch = numbers[first : first + LOCKED_AT_ONCE]
        query = select(Document).where(Document.project_id == project_id, Document.id.in_(of_batch))
        yield session.scalars(
            query.order_by(Document.id).with_for_update().execution_options(populate_existing=True)
        ).all()


def by_hash(session: Session, project_id: int, sha256: str) -> Document | None:
    """The project's document of this text; also one in the trash."""
    query = select(Document).where(Document.project_id == project_id, Document.sha256 == sha256)
    return session.scalars(query.execution_options(**WITH_TRASH)).one_or_none()


def counts_by_status(session: Session, project_id: int) -> dict[DocumentStatus, int]:
    """How many documents stand where; every status is a key."""
    query = (
        select(Document.status, func.count())
        .where(Document.project_id == project_id)
        .group_by(Document.status)
    )
    found = dict(session.execute(query).all())
    return {status: found.get(status, 0) for status in DOCUMENT_STATUSES}


def counts_everywhere(session: Session) -> dict[DocumentStatus, int]:
    """How many documents of all projects stand where; every status is a key."""
    found = dict(
        session.execute(select(Document.status, func.count()).group_by(Document.status)).all()
    )
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


def first(
    session: Session, project_id: int, statuses: Collection[DocumentStatus] = ()
) -> int | None:
    """The id of the project's first document of the given statuses (all if none)."""
    query = select(func.min(Document.id)).where(Document.project_id == project_id)
    if statuses:
        query = query.where(Document.status.in_(statuses))
    return session.scalar(query)


def matching(search: str, dialect: str) -> ColumnElement[bool]:
    """The condition that a document's name or text contains `search`, whatever the case.

    What no database can hold, half a character or NUL, is in no text. A search is cut after
    `LONGEST_SEARCH` code points. SQLite's own LIKE is blind to the case of ASCII only, which
    is enough for scripts without case, and six times as fast as ours (`storage.engine`).
    """
    search = search[:LONGEST_SEARCH]
    if "\0" in search or any("\ud800" <= char <= "\udfff" for char in search):
        return false()
    folded = any(not char.isascii() and char.lower() != char.upper() for char in search)
    if dialect == "sqlite" and not folded:
        columns = (Document.name, Document.text)
        return or_(*(column.contains(search, autoescape=True) for column in columns))
    both = Document.name + "\n" + Document.text  # one text to fold, not two
    return both.icontains(search, autoescape=True)
