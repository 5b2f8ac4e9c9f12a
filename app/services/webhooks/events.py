"""What webhooks are told, written in the transaction in which it happens: numbers and names alone,
no text. A program that is told of a document asks for it with a token of its own."""

from __future__ import annotations

from sqlalchemy.orm import Session

from storage.models import AnnotationSet
from storage.repository import webhooks


def submitted(session: Session, project_id: int, answer: AnnotationSet) -> None:
    """Somebody submitted an answer to a document, their own or the one that decides between
    several people's. What an import brings as submitted is no event."""
    subscribers = webhooks.subscribed(session, "document.submitted", project_id)
    data = {"document_id": answer.document_id, "person": answer.person}
    webhooks.enqueue(session, subscribers, "document.submitted", str(answer.id), data)


def promoted(session: Session, event_id: int, before: int | None, after: int, person: str) -> None:
    """Another model version suggests from now on, in every project. `event_id` is the number of the
    promotion in the log."""
    subscribers = webhooks.subscribed(session, "model.promoted")
    data = {"version_id": after, "version_before": before, "person": person}
    webhooks.enqueue(session, subscribers, "model.promoted", str(event_id), data)
