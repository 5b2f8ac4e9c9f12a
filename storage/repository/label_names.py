"""What labels were called, and which label took their place.

A label's name stands in every entity that has it. Renaming writes it anew there, in every set; the
log of operations, a model and what they said keep the old one, and `current` leads from it to
today's. It is read from the events, which are only ever added to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from storage.enums import SpanStatus
from storage.models import AnnotationSet, Document, EntityRow, Event, Label, Rule
from storage.repository import events
from storage.repository.projects import check_free, check_label_name
from storage.soft_delete import WITH_TRASH
from storage.table_queries import Query, rows, table

RENAMED, MERGED = "rename label", "merge label"
Location = tuple[int, int, int]
"""A document, and a stretch of it in code points, end exclusive."""
_OWNER = (AnnotationSet.blind, case((AnnotationSet.blind, AnnotationSet.person)))
"""Whose sets: everybody's, or one person's."""


def current(session: Session, project_id: int) -> Mapping[str, str]:
    """By each name that no label of the project has any more: the name of the label that it was
    given to. A name that was taken for a label again is that label's."""
    found: dict[str, str] = {}
    for (detail,) in rows(session, _renamings(), project_id=project_id):
        old, new = detail["name"], detail["to"]
        found = {was: new if now == old else now for was, now in found.items()}
        found[old] = new
    if not found:
        return found
    taken = select(Label.name).where(Label.project_id == project_id)
    standing = set(session.scalars(taken.execution_options(**WITH_TRASH)))
    return {was: now for was, now in found.items() if was not in standing and now in standing}


@cache
def _renamings() -> Query:
    event = table(Event).c
    return (
        select(event.detail)
        .where(
            event.project_id == bindparam("project_id"),
            or_(event.action == RENAMED, event.action == MERGED),
        )
        .order_by(event.id)
    )


def changes(session: Session, project_id: int) -> int:
    """Grows with every label that is renamed or merged: what was read before may be out of date."""
    return session.scalar(_newest_change(project_id)) or 0


def state(session: Session, project_id: int) -> tuple[int, int, datetime | None]:
    """Another one once a label is renamed, merged, deleted or restored."""
    query = select(
        _newest_change(project_id).scalar_subquery(), func.count(), func.max(Label.deleted_at)
    ).where(Label.project_id == project_id, Label.deleted_at.is_not(None))
    newest, deleted, last_deleted = session.execute(query.execution_options(**WITH_TRASH)).one()
    return newest, deleted, last_deleted


def _newest_change(project_id: int) -> Select[int]:
    return select(func.coalesce(func.max(Event.id), 0)).where(
        Event.project_id == project_id, Event.action.in_((RENAMED, MERGED))
    )


def rename(session: Session, label: Label, name: str, person: str) -> None:
    """The label's name, wherever an entity has it; what people decided stays what it was.

    Raises `ValueError` for a name that is empty, too long or taken.
    """
    check_label_name(name)
    check_free(session, label.project_id, name)
    session.execute(
        update(EntityRow)
        .where(EntityRow.label == label.name, _in_project(label.project_id))
        .values(label=name)
        .execution_options(synchronize_session=False)
    )
    detail = {"name": label.name, "to": name}
    label.name = name
    events.record(session, person, RENAMED, project_id=label.project_id, detail=detail)


def give_up(session: Session, label: Label, successor: Label, person: str) -> None:
    """Takes a label away whose name leads to its successor from now on, and its rules, too."""
    session.execute(
        update(Rule)
        .where(Rule.label_id == label.id)
        .values(label_id=successor.id)
        .execution_options(synchronize_session=False)
    )
    detail = {"name": label.name, "to": successor.name, "color": label.color}
    session.execute(delete(Label).where(Label.id == label.id))
    session.expunge(label)
    events.record(session, person, MERGED, project_id=successor.project_id, detail=detail)


def lock_documents(session: Session, project_id: int) -> None:
    """Locks the project's documents, those in the trash included: whoever saves waits for the
    transaction to end."""
    query = select(Document.id).where(Document.project_id == project_id).order_by(Document.id)
    session.execute(query.with_for_update().execution_options(**WITH_TRASH)).all()


def documents_with(session: Session, project_id: int, label: str) -> Sequence[int]:
    """The documents, those in the trash included, of which a person's set has the label."""
    query = (
        select(AnnotationSet.document_id)
        .join(Document, Document.id == AnnotationSet.document_id)
        .where(
            Document.project_id == project_id,
            AnnotationSet.origin == "person",
            exists(
                select(EntityRow.id).where(
                    EntityRow.annotation_set_id == AnnotationSet.id, EntityRow.label == label
                )
            ),
        )
        .distinct()
        .order_by(AnnotationSet.document_id)
    )
    return session.scalars(query.execution_options(**WITH_TRASH)).all()


def locations(session: Session, project_id: int, label: str) -> set[tuple[Location, SpanStatus]]:
    """Where the label stands in drafts and in the answers that count, with its status there."""
    newest = (
        select(func.max(AnnotationSet.id))
        .join(Document, Document.id == AnnotationSet.document_id)
        .where(Document.project_id == project_id, AnnotationSet.origin == "person")
        .group_by(AnnotationSet.document_id, AnnotationSet.state, *_OWNER)
    )
    query = (
        select(AnnotationSet.document_id, EntityRow.start, EntityRow.end, EntityRow.status)
        .join(EntityRow, EntityRow.annotation_set_id == AnnotationSet.id)
        .where(AnnotationSet.id.in_(newest), EntityRow.label == label)
    )
    return {
        ((document, start, end), status) for document, start, end, status in session.execute(query)
    }


def _in_project(project_id: int) -> ColumnElement[bool]:
    sets = select(AnnotationSet.id).join(Document, Document.id == AnnotationSet.document_id)
    return EntityRow.annotation_set_id.in_(sets.where(Document.project_id == project_id))
