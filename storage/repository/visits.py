"""When a person opened which document, and whether suggestions were shown."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import Document, Visit


def begin(
    session: Session,
    document_id: int,
    person: str,
    *,
    aided: bool,
    model_version_id: int | None,
) -> None:
    session.add(
        Visit(
            document_id=document_id,
            person=person,
            aided=aided,
            model_version_id=model_version_id,
        )
    )
    session.flush()


def of_project(session: Session, project_id: int) -> Sequence[Visit]:
    """Every visit to the project's documents, oldest first."""
    query = (
        select(Visit)
        .join(Document, Document.id == Visit.document_id)
        .where(Document.project_id == project_id)
        .order_by(Visit.opened_at, Visit.id)
    )
    return session.scalars(query).all()
