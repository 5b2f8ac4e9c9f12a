"""Where a document stands among those of its project."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, exists, func, select
from sqlalchemy.orm import Session

from storage.models import Assignment, Document
from storage.repository.assignments import OPEN
from storage.table_queries import Query, rows, table


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
    (found,) = rows(
        session,
        _surroundings(blind=person is not None),
        document_id=document.id,
        project_id=document.project_id,
        person=person,
    )
    return Surroundings(*found)


@cache
def _surroundings(blind: bool) -> Query:
    """The columns of `Surroundings`; `blind`: the nearest among a person's own."""
    held, parts = table(Document), table(Assignment).c
    here, number = held.c.id, bindparam("document_id", type_=Integer)
    count, nearest = select(func.count()).select_from(held), select(here).limit(1)
    if blind:
        has = exists().where(parts.document_id == here, parts.person == bindparam("person"))
        nearest = nearest.where(has)
    columns: list[Select[Any]] = [
        count.where(here <= number),
        count,
        count.where(held.c.status.in_(OPEN)),
        nearest.where(here < number).order_by(here.desc()),
        nearest.where(here > number).order_by(here),
    ]
    stands = held.c.project_id == bindparam("project_id"), held.c.deleted_at.is_(None)
    return select(*(column.where(*stands).scalar_subquery() for column in columns))
