"""What people did beside editing documents, as the database has it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import Event


def events_of(session: Session, project_id: int) -> Sequence[Event]:
    """What was done to a project and what is in it, the newest first."""
    query = select(Event).where(Event.project_id == project_id).order_by(Event.id.desc())
    return session.scalars(query).all()
