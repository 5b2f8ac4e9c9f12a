"""What people change about a project: its labels, how it works, its keys; and a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from app.services.retraining import auto_retrain
from app.services.team import assignment
from app.services.team.permissions import doer, require, require_administrator
from storage.engine import Sessions, writing
from storage.enums import QueueOrder
from storage.repository import events, projects


@dataclass(frozen=True, slots=True)
class LabelChange:
    """What a label is to look like and mean."""

    id: int
    color: str
    key: str | None
    description: str


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """How a project works. The names are those of `storage.models.Project`."""

    guidelines: str
    """Markdown."""
    holdout_share: float
    """Of new documents, from 0.05 to 0.5."""
    queue: QueueOrder
    nested: bool
    annotators: int
    """How many people annotate each document."""
    retrain_after: int | None
    """Submitted documents until the next retraining; None: only when somebody starts it."""


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


def configure(sessions: Sessions, project_id: int, settings: ProjectSettings) -> None:
    """Saves all settings of a project in one transaction, with one event that holds those that
    changed. Raises `ValueError` for one that cannot be, and then none is saved."""
    with writing(sessions) as session:
        require(session, project_id, "review")
        project = projects.get(session, project_id)
        before = {name: getattr(project, name) for name in asdict(settings)}
        assignment.change_annotators(session, project, settings.annotators)
        auto_retrain.set_after(project, settings.retrain_after)
        projects.configure(
            session,
            project_id,
            guidelines=settings.guidelines,
            holdout_share=settings.holdout_share,
            queue=settings.queue,
            nested=settings.nested,
        )
        changed = {name: new for name, new in asdict(settings).items() if new != before[name]}
        if changed:
            events.record(session, doer(session), "settings", project_id=project_id, detail=changed)


def set_hotkeys(sessions: Sessions, project_id: int, hotkeys: Mapping[str, str]) -> None:
    with writing(sessions) as session:
        require(session, project_id, "review")
        projects.set_hotkeys(session, project_id, hotkeys)
