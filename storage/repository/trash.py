"""The trash: what is deleted stays as it is, is found by nothing (`storage.soft_delete`), and comes
back.

Bringing something back leaves what lies beside it in the trash: a document that was deleted before
its project stays deleted when the project is restored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.columns import now
from storage.enums import DeletableKind
from storage.models import AnnotationSet, Document, EntityRow, Label, Project
from storage.records import TrashedItem
from storage.soft_delete import WITH_TRASH

Deletable = Project | Label | Document
_TABLES: dict[DeletableKind, Any] = {"project": Project, "label": Label, "document": Document}


def find(session: Session, kind: DeletableKind, id: int) -> Deletable:
    """Whether or not it lies in the trash, fresh. Raises `LookupError` where there is none."""
    table = _TABLES[kind]
    query = select(table).where(table.id == id)
    found: Deletable | None = session.scalars(
        query.execution_options(**WITH_TRASH, populate_existing=True)
    ).one_or_none()
    if found is None:
        raise LookupError(f"there is no {kind} {id}; reload the page to see the current ones")
    return found


def put(session: Session, row: Deletable) -> None:
    """Puts it into the trash, unless it lies there."""
    row.deleted_at = row.deleted_at or now()
    session.flush()


def put_all(session: Session, rows: Iterable[Deletable]) -> None:
    """Puts them into the trash together."""
    at = now()
    for row in rows:
        row.deleted_at = row.deleted_at or at
    session.flush()


def take_back(session: Session, row: Deletable) -> None:
    row.deleted_at = None
    session.flush()


def projects(session: Session) -> list[TrashedItem]:
    """The deleted projects, the newest first."""
    return _trashed(session, "project", Project.id)


def of_project(session: Session, project_id: int) -> list[TrashedItem]:
    """The deleted labels and documents of a project, the newest first."""
    found = [
        *_trashed(session, "label", Label.project_id, Label.project_id == project_id),
        *_trashed(session, "document", Document.project_id, Document.project_id == project_id),
    ]
    return sorted(found, key=lambda item: item.deleted_at, reverse=True)


def labels(session: Session, project_id: int) -> set[str]:
    """The names of the deleted labels: what is marked with them comes back with them."""
    query = select(Label.name).where(Label.project_id == project_id, Label.deleted_at.is_not(None))
    return set(session.scalars(query.execution_options(**WITH_TRASH)))


def texts(session: Session, project_id: int, hashes: Sequence[str]) -> set[str]:
    """Which of these texts lie in the project's trash, by SHA-256."""
    query = select(Document.sha256).where(
        Document.project_id == project_id,
        Document.sha256.in_(hashes),
        Document.deleted_at.is_not(None),
    )
    return set(session.scalars(query.execution_options(**WITH_TRASH)))


def documents_in(session: Session, project_id: int) -> int:
    """How many documents go into the trash with a project."""
    query = select(func.count()).where(Document.project_id == project_id)
    return session.scalar(query.select_from(Document)) or 0


def entities_of(session: Session, label: Label) -> int:
    """How many accepted entities of submitted sets and drafts have the label."""
    query = (
        select(func.count())
        .select_from(EntityRow)
        .join(AnnotationSet, AnnotationSet.id == EntityRow.annotation_set_id)
        .join(Document, Document.id == AnnotationSet.document_id)
        .where(
            Document.project_id == label.project_id,
            AnnotationSet.origin == "person",
            EntityRow.label == label.name,
            EntityRow.status == "accepted",
        )
    )
    return session.scalar(query) or 0


def _trashed(
    session: Session, kind: DeletableKind, project_id: Any, *conditions: Any
) -> list[TrashedItem]:
    table = _TABLES[kind]
    query = (
        select(table.id, table.name, project_id, table.deleted_at)
        .where(table.deleted_at.is_not(None), *conditions)
        .order_by(table.deleted_at.desc(), table.id.desc())
        .execution_options(**WITH_TRASH)
    )
    return [TrashedItem(kind, *row) for row in session.execute(query)]
