"""A project's labels: which there are, what they look like and mean; and a new one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.services.team.permissions import require
from storage.engine import Sessions, writing
from storage.models import Label
from storage.repository import projects


class KeyTakenError(ValueError):
    """That a label would have the key of another one, so that only one of them could be chosen."""


@dataclass(frozen=True, slots=True)
class ProjectLabel:
    """A label as pages show it."""

    id: int
    name: str
    color: str
    key: str | None
    """The keyboard key that chooses it."""
    description: str


@dataclass(frozen=True, slots=True)
class LabelChange:
    """What a label is to look like and mean."""

    id: int
    color: str
    key: str | None
    description: str


def labels(sessions: Sessions, project_id: int) -> tuple[ProjectLabel, ...]:
    """The project's labels in their order on the page."""
    with sessions() as session:
        require(session, project_id, "annotate")
        return tuple(map(shown, projects.labels(session, project_id)))


def shown(label: Label) -> ProjectLabel:
    return ProjectLabel(label.id, label.name, label.color, label.key, label.description)


def colours(sessions: Sessions, project_id: int) -> Mapping[str, str]:
    """Each label's colour, `#rrggbb`, by its name."""
    return {label.name: label.color for label in labels(sessions, project_id)}


def add_label(
    sessions: Sessions, project_id: int, name: str, *, color: str | None, description: str
) -> None:
    """With the next free colour where none is named. Raises `ValueError` as
    `storage.repository.projects.add_label`."""
    with writing(sessions) as session:
        require(session, project_id, "review")
        projects.add_label(session, project_id, name, color=color, description=description)


def change_labels(sessions: Sessions, project_id: int, changes: Sequence[LabelChange]) -> None:
    """All of them or none. Raises `ValueError` and `LookupError` as the repository's, and
    `KeyTakenError`."""
    with writing(sessions) as session:
        require(session, project_id, "review")
        for change in changes:
            label = projects.change_label(
                session,
                change.id,
                color=change.color,
                key=change.key,
                description=change.description,
            )
            if label.project_id != project_id:
                raise LookupError(f"label {change.id} is not one of project {project_id}")
        require_own_keys(session, project_id, {change.id for change in changes})


def require_own_keys(session: Session, project_id: int, label_ids: Collection[int]) -> None:
    """Raises `KeyTakenError` where one of these labels has the key of another label."""
    present = [label for label in projects.labels(session, project_id) if label.key]
    for label in present:
        for other in present:
            if label.id in label_ids and other is not label and _same(label.key, other.key):
                raise KeyTakenError(
                    f"the labels {other.name!r} and {label.name!r} would share the key "
                    f"{label.key!r}; give one of them another, or none"
                )


def _same(key: str | None, other: str | None) -> bool:
    """The keyboard knows no case of a key without Shift."""
    return key is not None and other is not None and key.upper() == other.upper()
