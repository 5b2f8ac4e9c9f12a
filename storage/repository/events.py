"""What people did beside editing documents: only ever added to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import Event


def record(
    session: Session,
    person: str,
    action: str,
    *,
    project_id: int | None = None,
    document_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Writes down who did what just now; returns the entry's number."""
    entry = Event(
        person=person,
        action=action,
        project_id=project_id,
        document_id=document_id,
        detail=dict(detail or {}),
    )
    session.add(entry)
    session.flush()
    return entry.id


def record_of_documents(
    session: Session,
    person: str,
    action: str,
    project_id: int,
    details: Mapping[int, Mapping[str, Any]],
) -> None:
    """Writes down what was done to several documents at once: the detail of each."""
    session.add_all(
        Event(
            person=person,
            action=action,
            project_id=project_id,
            document_id=document_id,
            detail=dict(detail),
        )
        for document_id, detail in details.items()
    )
    session.flush()


def of_action(session: Session, action: str, limit: int | None) -> Sequence[Event]:
    """Every time this was done, anywhere, the newest first; `None`: all of them."""
    query = select(Event).where(Event.action == action).order_by(Event.id.desc())
    return session.scalars(query.limit(limit)).all()
