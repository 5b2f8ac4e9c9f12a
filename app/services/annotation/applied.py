"""The state of a person's work after what a page sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.editing import Draft, DraftSpan
from app.services.annotation.conflicts import Conflict, waiting
from app.services.annotation.news import News, news
from app.services.annotation.tasks import AnnotationTask
from storage.database_errors import StorageError
from storage.enums import DocumentStatus
from storage.repository import operations


@dataclass(frozen=True, slots=True)
class Applied:
    """The state after what a page sent, committed."""

    ack: int | None
    """The client's highest recorded sequence number: it can forget all up to it."""
    spans: tuple[DraftSpan, ...]
    error: str | None
    """Why an operation was refused; a refused one is acknowledged too."""
    status: DocumentStatus
    wrong_owner: bool = False
    """Whether nothing was done, since the client is somebody else's."""
    trashed: str | None = None
    """The document's name, where it lies in the trash: it is saved there."""
    failure: StorageError | None = None
    """What kept the database from taking more than what is acknowledged."""
    version: int = 0
    comment: str = ""
    skip_reason: str = ""
    conflicts: tuple[Conflict, ...] = ()
    """What this person has to decide between their own changes and another's."""
    news: News | None = None
    """What others did since the version that the page shows."""


def standing_of(session: Session, task: AnnotationTask, person: str, draft: Draft) -> Applied:
    """How the person's work on the document stands; nothing is acknowledged."""
    standing = task.standing
    return Applied(
        None,
        draft.spans,
        None,
        standing.status,
        version=standing.version,
        comment=standing.comment,
        skip_reason=standing.skip_reason,
        conflicts=waiting(session, task, person, draft),
    )


def news_for(
    session: Session,
    task: AnnotationTask,
    person: str,
    clients: Collection[str],
    shown: int | None,
) -> News | None:
    """What others than these clients did since a page showed a version."""
    if shown is None or shown >= task.standing.version:
        return None
    return news(operations.since(session, task.id, shown, clients, task.owner), person)
