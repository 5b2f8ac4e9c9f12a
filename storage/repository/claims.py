"""Who works on a document now, and who could."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from storage.models import Assignment, Document, Member, User


def put(session: Session, document: Document, person: str | None, until: datetime | None) -> None:
    """Writes down whose a document is, if anybody's; that is no change of the document."""
    session.execute(
        update(Document)
        .where(Document.id == document.id)
        .values(claimed_by=person, claimed_until=until, updated_at=Document.updated_at)
        .execution_options(synchronize_session=False)
    )
    set_committed_value(document, "claimed_by", person)
    set_committed_value(document, "claimed_until", until)


def with_parts(session: Session, project_id: int) -> Sequence[Document]:
    """The project's documents that were given to people."""
    has = exists().where(Assignment.document_id == Document.id)
    return session.scalars(select(Document).where(Document.project_id == project_id, has)).all()


def able(session: Session, project_id: int) -> set[str]:
    """Who may annotate in the project: its members and the administrators; empty where there are
    no accounts."""
    member = exists().where(Member.user_id == User.id, Member.project_id == project_id)
    query = select(User.name).where(User.active, or_(User.administrator, member))
    return set(session.scalars(query))
