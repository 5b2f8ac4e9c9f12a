"""Projects: which there are, how each works, its keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

from app.services.retraining import auto_retrain
from app.services.team import assignment
from app.services.team.permissions import doer, require
from storage.engine import Sessions, writing
from storage.enums import QueueOrder
from storage.models import Project
from storage.models.projects import HOLDOUT_SHARE as HOLDOUT_SHARE  # what a new project has
from storage.repository import documents, events, projects, splits
from storage.repository.projects import NameTakenError as NameTakenError  # what `create` raises

HELD_OUT_FROM = splits.DRAWN_FROM
"""Documents of a project below which none is held out."""


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
    instant: bool = True
    """Whether it learns from every submitted document at once."""

    @classmethod
    def of(cls, project: Project) -> ProjectSettings:
        return cls(**{setting.name: getattr(project, setting.name) for setting in fields(cls)})


class SettingsConflictError(ValueError):
    """Somebody else has changed the same settings meanwhile."""

    def __init__(self, names: Sequence[str], present: ProjectSettings) -> None:
        listed = ", ".join(names)
        super().__init__(f"somebody else has changed {listed} meanwhile; look at what is saved now")
        self.names, self.present = names, present


@dataclass(frozen=True, slots=True)
class ProjectView:
    """A project as pages show it."""

    id: int
    name: str
    settings: ProjectSettings
    hotkeys: Mapping[str, str]
    """The keys of actions that are not where they are by default."""


def holdout_explained(share: float = HOLDOUT_SHARE) -> str:
    """What a project holds out, in words."""
    return (
        f"Once a project has {HELD_OUT_FROM} documents, those that come at once counted, about "
        f"{share:.0%} of new ones are held out: chosen at random, annotated without suggestions, "
        "never trained on. Models are evaluated on them alone. Below that, all are for training."
    )


def every(sessions: Sessions) -> tuple[ProjectView, ...]:
    """The projects that whom the sessions act for takes part in, the oldest first."""
    with sessions() as session:
        return tuple(map(_view, projects.every(session)))


def with_labels(sessions: Sessions) -> tuple[tuple[ProjectView, tuple[str, ...]], ...]:
    """The same, each with the names of its labels in their order on the page."""
    with sessions() as session:
        return tuple(
            (_view(project), tuple(label.name for label in projects.labels(session, project.id)))
            for project in projects.every(session)
        )


def get(sessions: Sessions, project_id: int) -> ProjectView:
    """Raises `LookupError` where there is no such project, or none that the sessions see."""
    with sessions() as session:
        project = projects.get(session, project_id)
        require(session, project_id, "annotate")
        return _view(project)


def locate(
    sessions: Sessions, project_id: int | None, document_id: int | None
) -> tuple[ProjectView | None, int | None]:
    """The project of this number, else the first there is; and the document, where it is that
    project's."""
    with sessions() as session:
        project = choose(list(map(_view, projects.every(session))), project_id)
        if project is None or document_id is None:
            return project, None
        found = documents.stands(session, document_id, project.id)
        return project, document_id if found else None


def choose(present: Sequence[ProjectView], project_id: int | None) -> ProjectView | None:
    """The project of this number, else the first; None where there is none."""
    first = next(iter(present), None)
    return next((project for project in present if project.id == project_id), first)


def founded(sessions: Sessions) -> datetime | None:
    """When the database's first project was made, whether or not it was deleted since."""
    with sessions() as session:
        return projects.founded(session)


def configure(
    sessions: Sessions,
    project_id: int,
    changes: Mapping[str, Any],
    shown: ProjectSettings | None = None,
) -> None:
    """Changes settings of a project by their names, in one transaction with one event that holds
    them; the others stay as they are by now. Raises `ValueError` for one that cannot be, and
    `SettingsConflictError` for one that is no longer what was `shown`; then none is saved."""
    with writing(sessions) as session:
        project = projects.get(session, project_id)
        require(session, project_id, "review")
        before = ProjectSettings.of(project)
        settings = replace(before, **changes)
        if shown is not None:
            _require_as_shown(before, shown, changes)
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
        project.instant = settings.instant
        changed = _different(settings, before)
        if changed:
            events.record(session, doer(session), "settings", project_id=project_id, detail=changed)


def _require_as_shown(
    present: ProjectSettings, shown: ProjectSettings, changes: Mapping[str, Any]
) -> None:
    others = _different(present, shown)
    names = [name for name in changes if name in others and changes[name] != others[name]]
    if names:
        raise SettingsConflictError(names, present)


def _different(settings: ProjectSettings, before: ProjectSettings) -> dict[str, Any]:
    """What is other than it was before, by its name."""
    old = asdict(before)
    return {name: new for name, new in asdict(settings).items() if new != old[name]}


def set_hotkeys(sessions: Sessions, project_id: int, hotkeys: Mapping[str, str]) -> None:
    """Gives actions other keys than they have by default. Which they may be, the page checks."""
    with writing(sessions) as session:
        require(session, project_id, "review")
        projects.set_hotkeys(session, project_id, hotkeys)


def _view(project: Project) -> ProjectView:
    return ProjectView(project.id, project.name, ProjectSettings.of(project), project.hotkeys)
