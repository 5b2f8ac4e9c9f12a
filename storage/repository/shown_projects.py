"""A project as a page shows its documents: read once, and handed on to whoever needs some of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from storage.models import Label, Project
from storage.repository import label_names
from storage.repository.projects import ProjectState
from storage.table_queries import Query, rows, table


@dataclass(frozen=True, slots=True)
class ShownLabel:
    """A label that does not lie in the trash."""

    id: int
    name: str
    color: str
    key: str | None
    description: str


@dataclass(frozen=True, slots=True)
class ShownProject(ProjectState):
    """The project, its labels as the page lists them, and what labels were called before."""

    id: int
    name: str
    guidelines: str
    hotkeys: Mapping[str, str]
    nested: bool
    instant: bool
    shown_labels: tuple[ShownLabel, ...]
    names: Mapping[str, str]
    """Today's names by earlier ones, see `storage.repository.label_names`."""


def shown(session: Session, project_id: int) -> ShownProject:
    """Raises `LookupError` where there is no such project, or it lies in the trash."""
    project = next(iter(rows(session, _project(), project_id=project_id)), None)
    if project is None:
        raise LookupError(
            f"there is no project {project_id}; the page and `GET /projects` list those there are"
        )
    labels = rows(session, _labels(), project_id=project_id)
    standing = tuple(ShownLabel(*label[:5]) for label in labels if label.deleted_at is None)
    return ShownProject(
        annotators=project.annotators,
        in_trash=False,
        labels=frozenset(label.name for label in standing),
        hides_labels=len(standing) < len(labels),
        id=project_id,
        name=project.name,
        guidelines=project.guidelines,
        hotkeys=project.hotkeys,
        nested=project.nested,
        instant=project.instant,
        shown_labels=standing,
        names=label_names.current(session, project_id),
    )


@cache
def _project() -> Query:
    held = table(Project).c
    return select(
        held.annotators, held.name, held.guidelines, held.hotkeys, held.nested, held.instant
    ).where(held.id == bindparam("project_id"), held.deleted_at.is_(None))


@cache
def _labels() -> Query:
    held = table(Label).c
    return (
        select(held.id, held.name, held.color, held.key, held.description, held.deleted_at)
        .where(held.project_id == bindparam("project_id"))
        .order_by(held.position, held.id)
    )
