"""Passes over the entities of a label that is split: begun, ended, and what was chosen in them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import Document, Event, Label, Operation
from storage.readable_json import readable
from storage.repository.label_names import Location, locations

BEGUN, ENDED = "split label", "end split"
OP = "split"
"""The operation of a choice; its payload names the pass by its first event."""


def open_pass(session: Session, project_id: int) -> Event | None:
    """The event with which the open pass began."""
    query = select(Event).where(Event.project_id == project_id, Event.action.in_((BEGUN, ENDED)))
    last = session.scalars(query.order_by(Event.id.desc()).limit(1)).one_or_none()
    return last if last is not None and last.action == BEGUN else None


def is_split(session: Session, label: Label) -> bool:
    """Whether the open pass goes through this label's entities."""
    begun = open_pass(session, label.project_id)
    return begun is not None and begun.detail["label"] == label.id


def done(session: Session, project_id: int, pass_id: int) -> set[Location]:
    """The places that were decided in the pass."""
    return {location for location, _ in _chosen(session, project_id, pass_id)}


def left(session: Session, project_id: int, pass_id: int, label: str) -> Sequence[Location]:
    """The accepted entities of the label that are still to be decided, in the documents' order."""
    left_alone = {location for location, left in _chosen(session, project_id, pass_id) if left}
    accepted = {
        location
        for location, status in locations(session, project_id, label)
        if status == "accepted"
    }
    return sorted(accepted - left_alone)


def _chosen(session: Session, project_id: int, pass_id: int) -> list[tuple[Location, bool]]:
    """Each choice of the pass, and whether it was to leave the entity as it is."""
    query = (
        select(Operation.document_id, Operation.payload)
        .join(Document, Document.id == Operation.document_id)
        .where(
            Document.project_id == project_id,
            readable(Operation.payload)["op"].as_string() == OP,
            readable(Operation.payload)["pass"].as_integer() == pass_id,
        )
    )
    return [
        ((document, decision["start"], decision["end"]), decision["to"] == decision["from"])
        for document, decision in session.execute(query)
    ]
