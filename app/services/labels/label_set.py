"""A project's labels: which there are, what they look like and mean; and a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.services.team.permissions import require
from storage.engine import Sessions, writing
from storage.repository import projects


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
        return tuple(
            ProjectLabel(label.id, label.name, label.color, label.key, label.description)
            for label in projects.labels(session, project_id)
        )


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
    """All of them or none. Raises `ValueError` and `LookupError` as the repository's."""
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
