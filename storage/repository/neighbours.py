"""Where a document stands among those of its project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from storage.models import Document
from storage.repository.assignments import OPEN, has


@dataclass(frozen=True, slots=True)
class Surroundings:
    """By order of arrival."""

    number: int
    """From 1."""
    total: int
    open: int
    """How many of all are neither submitted nor skipped."""
    previous: int | None
    next: int | None


def surroundings(session: Session, document: Document, person: str | None) -> Surroundings:
    """In one query; `previous` and `next` are of the `person`'s own documents where one is given.
    What lies in the trash does not count."""
    before, after = Document.id < document.id, Document.id > document.id
    nearest = select(Document.id).limit(1)
    if person is not None:
        nearest = nearest.where(has(person))
    wanted: list[Select[Any]] = [
        select(func.count()).select_from(Document).where(Document.id <= document.id),
        select(func.count()).select_from(Document),
        select(func.count()).select_from(Document).where(Document.status.in_(OPEN)),
        nearest.where(before).order_by(Document.id.desc()),
        nearest.where(after).order_by(Document.id),
    ]
    same_project = Document.project_id == document.project_id
    return Surroundings(
        *session.execute(
            select(*(query.where(same_project).scalar_subquery() for query in wanted))
        ).one()
    )
