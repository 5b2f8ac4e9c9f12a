"""Who annotates what, where several people annotate each document unseen by one another."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from storage.columns import now
from storage.enums import DocumentStatus
from storage.models import AnnotationSet, Assignment, Document, Project
from storage.soft_delete import WITH_TRASH

OPEN: tuple[DocumentStatus, ...] = ("new", "in_progress")


@dataclass(frozen=True, slots=True)
class Given:
    """One person's part in one document."""

    document_id: int
    name: str
    """The document's."""
    person: str
    status: DocumentStatus
    claimed_until: datetime | None


def annotators(session: Session, project_id: int) -> int:
    """How many people annotate each document of the project, in the trash or not."""
    query = select(Project.annotators).where(Project.id == project_id)
    return session.execute(query, execution_options=WITH_TRASH).scalar_one()


def of_person(session: Session, document_id: int, person: str) -> Assignment | None:
    query = select(Assignment).where(
        Assignment.document_id == document_id, Assignment.person == person
    )
    return session.scalars(query).one_or_none()


def of_document(session: Session, document_id: int) -> Sequence[Assignment]:
    query = select(Assignment).where(Assignment.document_id == document_id)
    return session.scalars(query.order_by(Assignment.id)).all()


def versions(session: Session, document_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """The version of each draft of one person's own in these documents, where several people
    annotate each."""
    query = (
        select(Assignment.document_id, Assignment.person, Assignment.version)
        .join(Document, Document.id == Assignment.document_id)
        .join(Project, Project.id == Document.project_id)
        .where(Assignment.document_id.in_(document_ids), Project.annotators > 1)
    )
    return {(row.document_id, row.person): row.version for row in session.execute(query)}


def add(
    session: Session, document_id: int, person: str, claimed_until: datetime | None
) -> Assignment:
    """Gives a person a document; without `claimed_until` it stays theirs."""
    made = Assignment(
        document_id=document_id,
        person=person,
        status="new",
        version=0,
        comment="",
        skip_reason="",
        claimed_until=claimed_until,
    )
    session.add(made)
    session.flush()
    return made


def drop_expired(session: Session, document_id: int) -> None:
    """Takes a document from those who took it and then did nothing to it."""
    for assignment in of_document(session, document_id):
        if (
            assignment.status == "new"
            and assignment.claimed_until
            and assignment.claimed_until < now()
        ):
            session.delete(assignment)
    session.flush()


def sum_up(session: Session, document: Document, wanted: int) -> None:
    """Makes a document's status the sum of its people's, of whom `wanted` must submit it."""
    parts = [assignment.status for assignment in of_document(session, document.id)]
    decided = exists().where(
        AnnotationSet.document_id == document.id,
        AnnotationSet.state == "submitted",
        AnnotationSet.origin == "person",
        ~AnnotationSet.blind,
    )
    status: DocumentStatus = "in_progress"
    if parts.count("submitted") >= wanted or session.scalar(select(decided)):
        status = "submitted"
    elif set(parts) <= {"new"}:
        status = "new"
    elif len(parts) >= wanted and not set(parts) & set(OPEN):
        status = "skipped"
    if document.status != status:
        document.status = status
    session.flush()


def open_of(
    session: Session,
    project_id: int,
    person: str,
    statuses: Collection[DocumentStatus] = OPEN,
) -> Sequence[int]:
    """The person's documents of the project that are not done, in order of arrival."""
    query = (
        select(Document.id)
        .join(Assignment, Assignment.document_id == Document.id)
        .where(
            Document.project_id == project_id,
            Assignment.person == person,
            Assignment.status.in_(statuses),
        )
        .order_by(Document.id)
    )
    return session.scalars(query).all()


def has(person: str) -> ColumnElement[bool]:
    """The condition that a document is among the person's."""
    return exists().where(Assignment.document_id == Document.id, Assignment.person == person)


def waits_for(person: str | None, wanted: int) -> ColumnElement[bool]:
    """The condition that a document waits for this person (None: for anybody): nobody works on it
    now; or, where several are `wanted`, one is lacking and the person has no part in it yet."""
    if wanted == 1:
        mine = [] if person is None else [Document.claimed_by == person]
        lapsed = or_(Document.claimed_until.is_(None), Document.claimed_until < now())
        return or_(Document.claimed_by.is_(None), lapsed, *mine)
    room = _taken() < wanted
    return room if person is None else and_(room, ~has(person))


def lacking(
    session: Session, project_id: int, most: int, people: Sequence[str], number: int
) -> Sequence[int]:
    """The oldest open documents that at most this many have, and none of these people."""
    query = (
        select(Document.id)
        .where(
            Document.project_id == project_id,
            Document.status.in_(OPEN),
            _taken() <= most,
            *(~has(person) for person in people),
        )
        .order_by(Document.id)
        .limit(number)
    )
    return session.scalars(query).all()


def _taken() -> Any:
    """How many people have a document, without those whose claim has lapsed."""
    return (
        select(func.count())
        .select_from(Assignment)
        .where(
            Assignment.document_id == Document.id,
            or_(
                Assignment.status != "new",
                Assignment.claimed_until.is_(None),
                Assignment.claimed_until >= now(),
            ),
        )
        .scalar_subquery()
    )


def given(session: Session, project_id: int) -> Sequence[Given]:
    """Who has what in the project: by document, in the order in which they got it."""
    query = (
        select(
            Document.id,
            Document.name,
            Assignment.person,
            Assignment.status,
            Assignment.claimed_until,
        )
        .join(Assignment, Assignment.document_id == Document.id)
        .where(Document.project_id == project_id)
        .order_by(Document.id, Assignment.id)
    )
    return [Given(*row) for row in session.execute(query)]
