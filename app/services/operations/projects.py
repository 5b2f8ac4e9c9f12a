"""What people change about a project: its labels, how it works, its keys; and a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.services.team.permissions import require, require_administrator
from storage.engine import Sessions, writing
from storage.enums import QueueOrder
from storage.repository import projects


@dataclass(frozen=True, slots=True)
class LabelChange:
    """What a label is to look like and mean."""

    id: int
    color: str
    key: str | None
    description: str


def create(sessions: Sessions, name: str, labels: Sequence[str]) -> int:
    """A new project with these labels; its number. Raises `ValueError` for a name in use."""
    with writing(sessions) as session:
        require_administrator(session)
        project = projects.create(session, name)
        projects.ensure_labels(session, project.id, labels)
        return project.id


def add_label(
    sessions: Sessions, project_id: int, name: str, *, color: str, description: str
) -> None:
    """Raises `ValueError` as `storage.repository.projects.add_label`."""
    with writing(sessions) as session:
        require(session, project_id, "review")
        projects.add_label(session, project_id, name, color=color, description=description)


def change_labels(sessions: Sessions, project_id: int, changes: Sequence[LabelChange]) -> None:
    """All of them or none. Raises `ValueError` and `LookupError` as the repository's."""
    with writing(sessions) as session:
        require(session, project_id, "review")
        for each in changes:
            label = projects.change_label(
                session, each.id, color=each.color, key=each.key, description=each.description
            )
            if label.project_id != project_id:
                raise LookupError(f"label {each.id} is not one of project {project_id}")


def configure(
    sessions: Sessions,
    project_id: int,
    *,
    guidelines: str,
    holdout_share: float,
    queue: QueueOrder,
    nested: bool,
) -> None:
    """Raises `ValueError` as `storage.repository.projects.configure`."""
    with writing(sessions) as session:
        require(session, project_id, "review")
        projects.configure(
            session,
            project_id,
            guidelines=guidelines,
            holdout_share=holdout_share,
            queue=queue,
            nested=nested,
        )


def set_hotkeys(sessions: Sessions, project_id: int, hotkeys: Mapping[str, str]) -> None:
    with writing(sessions) as session:
        require(session, project_id, "review")
        projects.set_hotkeys(session, project_id, hotkeys)
