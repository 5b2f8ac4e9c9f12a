"""Deleting a project, a label or a document, and bringing it back.

Nothing is lost: what is deleted lies in the trash as it was. Deleting asks for the name to be
typed; deleting and restoring are logged with the person's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.services.team.permissions import Act, allowed, require
from storage.columns import now
from storage.engine import Sessions, writing
from storage.enums import DeletableKind
from storage.models import Document, Label, Project
from storage.records import TrashedItem
from storage.repository import events, label_splits, projects, trash, webhooks
from storage.repository.trash import Deletable


class DeletionError(ValueError):
    """What keeps something from being deleted or restored, and what to do."""


@dataclass(frozen=True, slots=True)
class DeletionRequest:
    """Something that a person may want to delete, and what goes with it."""

    kind: DeletableKind
    id: int
    name: str
    """What has to be typed."""
    documents: int = 0
    """In a project."""
    entities: int = 0
    """With a label."""
    worked_on_by: str | None = None
    """Who has a document open."""


def deletion_request(sessions: Sessions, kind: DeletableKind, id: int) -> DeletionRequest:
    """What deleting would mean. Raises `LookupError` where there is nothing of that number."""
    with sessions() as session:
        row = trash.find(session, kind, id)
        worker = None
        if isinstance(row, Document) and row.claimed_until and row.claimed_until > now():
            worker = row.claimed_by
        return DeletionRequest(
            kind,
            id,
            typed_name(kind, row),
            trash.documents_in(session, id) if isinstance(row, Project) else 0,
            trash.entities_of(session, row) if isinstance(row, Label) else 0,
            worker,
        )


def delete(sessions: Sessions, kind: DeletableKind, id: int, typed: str, person: str) -> None:
    """Puts it into the trash. A project's webhooks are deleted for good, with their secrets. Raises
    `DeletionError` unless its name was typed as it is, and for a label that is being split."""
    with writing(sessions) as session:
        row = trash.find(session, kind, id)
        require(session, _project_of(row), _act(kind), person)
        name = typed_name(kind, row)
        if " ".join(typed.split()) != name:
            raise DeletionError(
                f"to delete the {kind}, type its exact name, {name!r}; got {typed[:200]!r}"
            )
        if isinstance(row, Label) and label_splits.is_split(session, row):
            raise DeletionError(f"{row.name!r} is being split; finish that first")
        if row.deleted_at is None:
            trash.put(session, row)
            if isinstance(row, Project):
                webhooks.remove_of_project(session, row.id)
            _record(session, f"delete {kind}", row, person)


def restore(sessions: Sessions, kind: DeletableKind, id: int, person: str) -> None:
    """Takes it out of the trash, as it was. A key that another label has now, it loses."""
    with writing(sessions) as session:
        row = trash.find(session, kind, id)
        require(session, _project_of(row), _act(kind), person)
        if row.deleted_at is None:
            return
        if isinstance(row, Label):
            present = projects.labels(session, row.project_id)
            row.key = None if row.key in {label.key for label in present} else row.key
        trash.take_back(session, row)
        _record(session, f"restore {kind}", row, person)


def contents(sessions: Sessions, project_id: int) -> Sequence[TrashedItem]:
    """What the acting person may restore from the trash: this project's labels and documents,
    and projects."""
    with sessions() as session:
        found = trash.of_project(session, project_id) if _may(session, project_id, "label") else []
        gone = [
            project for project in trash.projects(session) if _may(session, project.id, "project")
        ]
        return [*found, *gone]


def typed_name(kind: DeletableKind, row: Deletable) -> str:
    """A thing's name as one can type it: blanks and line ends as single blanks, never empty."""
    return " ".join(row.name.split()) or f"{kind} {row.id}"


def _act(kind: DeletableKind) -> Act:
    return "administer" if kind == "project" else "review"


def _may(session: Session, project_id: int, kind: DeletableKind) -> bool:
    return allowed(session, project_id, _act(kind))


def _project_of(row: Deletable) -> int:
    return row.id if isinstance(row, Project) else row.project_id


def _record(session: Session, action: str, row: Deletable, person: str) -> None:
    events.record(
        session,
        person,
        action,
        project_id=_project_of(row),
        document_id=row.id if isinstance(row, Document) else None,
        detail={"name": row.name},
    )
