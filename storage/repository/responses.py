"""Several people's answers to the same documents, given unseen by one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from storage.models import AnnotationSet, Document
from storage.repository.annotation_sets import SUBMITTED


def newest(session: Session, document_ids: Iterable[int]) -> Sequence[AnnotationSet]:
    """Each person's newest answer to each of the documents, with its entities."""
    ids = (
        select(func.max(AnnotationSet.id))
        .where(AnnotationSet.document_id.in_(document_ids), SUBMITTED, AnnotationSet.blind)
        .group_by(AnnotationSet.document_id, AnnotationSet.person)
    )
    query = (
        select(AnnotationSet)
        .where(AnnotationSet.id.in_(ids))
        .order_by(AnnotationSet.document_id, AnnotationSet.person)
        .options(selectinload(AnnotationSet.entities))
    )
    return session.scalars(query).all()


def owners(session: Session, document_id: int) -> Sequence[str]:
    """Who has a draft or an answer of their own to the document, also where it was given to others
    since."""
    query = (
        select(AnnotationSet.person)
        .where(AnnotationSet.document_id == document_id, AnnotationSet.blind)
        .distinct()
        .order_by(AnnotationSet.person)
    )
    return [person for person in session.scalars(query) if person]


def by_several(session: Session, project_id: int) -> Sequence[int]:
    """The documents that two people or more answered."""
    query = (
        select(AnnotationSet.document_id)
        .join(Document, Document.id == AnnotationSet.document_id)
        .where(Document.project_id == project_id, SUBMITTED, AnnotationSet.blind)
        .group_by(AnnotationSet.document_id)
        .having(func.count(AnnotationSet.person.distinct()) >= 2)
        .order_by(AnnotationSet.document_id)
    )
    return session.scalars(query).all()


def decided(session: Session, project_id: int) -> set[int]:
    """The documents that have an answer for all."""
    query = (
        select(AnnotationSet.document_id)
        .join(Document, Document.id == AnnotationSet.document_id)
        .where(Document.project_id == project_id, SUBMITTED, ~AnnotationSet.blind)
    )
    return set(session.scalars(query))


def decided_of(session: Session, document_id: int) -> AnnotationSet | None:
    """What was decided for all, or submitted when one draft was everybody's; with its entities."""
    query = (
        select(AnnotationSet)
        .where(AnnotationSet.document_id == document_id, SUBMITTED, ~AnnotationSet.blind)
        .order_by(AnnotationSet.id.desc())
        .limit(1)
        .options(selectinload(AnnotationSet.entities))
    )
    return session.scalars(query).one_or_none()


def state(session: Session, project_id: int) -> tuple[int, int]:
    """Changes whenever an answer is submitted to the project, or a document of it comes or goes,
    also where one comes for another."""
    query = (
        select(func.coalesce(func.sum(AnnotationSet.id), 0), func.count())
        .join(Document, Document.id == AnnotationSet.document_id)
        .where(Document.project_id == project_id, SUBMITTED)
    )
    sum_of_ids, number = session.execute(query).one()
    return int(sum_of_ids), number
