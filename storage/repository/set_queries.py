"""Queries for annotation sets with their entities: the newest of a document, the set of an id.

Those that every save and every opening asks are built once.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, select
from sqlalchemy.orm import Session, joinedload, selectinload

from storage.models import AnnotationSet
from storage.query_criteria import BUILT_ONCE


def first(
    session: Session, query: Select[AnnotationSet], **values: str | int | None
) -> AnnotationSet | None:
    """The set that a query of this module finds with these values."""
    return session.scalars(query, values).unique().one_or_none()


def newest(*conditions: ColumnElement[bool], joined: bool = False) -> Select[AnnotationSet]:
    """The newest set of the document `document_id` that the conditions hold of. With its entities
    in one query (`joined`), which repeats the set beside each of them, or in a second one."""
    load = joinedload if joined else selectinload
    return (
        select(AnnotationSet)
        .where(AnnotationSet.document_id == bindparam("document_id"), *conditions)
        .order_by(AnnotationSet.id.desc())
        .limit(1)
        .options(load(AnnotationSet.entities))
        .execution_options(populate_existing=True)
    )


@cache
def prediction() -> Select[AnnotationSet]:
    """The newest machine's set of the document `document_id`."""
    return newest(AnnotationSet.origin == "machine").execution_options(**BUILT_ONCE)


@cache
def draft(blind: bool) -> Select[AnnotationSet]:
    """The draft of the document `document_id`: everybody's, or the `person`'s own."""
    whose = of_owner(bindparam("person") if blind else None)
    query = newest(AnnotationSet.state == "draft", whose, joined=True)
    return query.execution_options(**BUILT_ONCE)


@cache
def by_id() -> Select[AnnotationSet]:
    """The set `set_id`."""
    query = select(AnnotationSet).where(AnnotationSet.id == bindparam("set_id"))
    return query.options(joinedload(AnnotationSet.entities)).execution_options(
        **BUILT_ONCE, populate_existing=True
    )


def of_owner(owner: str | BindParameter[Any] | None) -> ColumnElement[bool]:
    """Whose sets: everybody's, or those that a person made unseen by the others."""
    if owner is None:
        return ~AnnotationSet.blind
    return and_(AnnotationSet.blind, AnnotationSet.person == owner)
