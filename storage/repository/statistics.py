"""What the figures are made of. Every number is of the newest set that a person submitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from core.types import Key
from storage.enums import Source, SpanStatus
from storage.models import AnnotationSet, Document, EntityRow, Operation
from storage.readable_json import readable
from storage.records import Submission
from storage.repository.annotation_sets import newest_submitted


@dataclass(frozen=True, slots=True)
class Decided:
    """A model's suggestion in a submitted set."""

    document_id: int
    key: str
    start: int
    end: int
    label: str
    status: SpanStatus


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a person did to a document."""

    document_id: int
    at: datetime
    op: str


def submissions(session: Session, project_id: int) -> Sequence[Submission]:
    """Every document with a submitted set, in order of arrival."""
    accepted = (
        select(func.count())
        .where(EntityRow.annotation_set_id == AnnotationSet.id, EntityRow.status == "accepted")
        .correlate(AnnotationSet)
        .scalar_subquery()
    )
    query = (
        select(
            Document.id,
            Document.name,
            Document.split,
            Document.status,
            AnnotationSet.id,
            AnnotationSet.submitted_at,
            accepted,
        )
        .join(AnnotationSet, AnnotationSet.document_id == Document.id)
        .where(AnnotationSet.id.in_(newest_submitted(project_id)))
        .order_by(Document.id)
    )
    return [Submission(*row) for row in session.execute(query)]


def answered(session: Session, project_id: int) -> tuple[int, datetime | None]:
    """How many documents have a submitted set, and when the last was submitted: drafts have their
    numbers from before, and imports may tell of times long past."""
    query = select(func.count(), func.max(AnnotationSet.submitted_at)).where(
        AnnotationSet.id.in_(newest_submitted(project_id))
    )
    number, last = session.execute(query).one()
    return number, last


def submitted_since(session: Session, project_id: int, since: datetime | None) -> int:
    """How many documents were submitted, for the first time or again, after a moment."""
    query = (
        select(func.count())
        .select_from(AnnotationSet)
        .join(Document, Document.id == AnnotationSet.document_id)
        .where(AnnotationSet.id.in_(newest_submitted(project_id)))
    )
    if since is not None:
        query = query.where(AnnotationSet.submitted_at > since)
    return session.scalar(query) or 0


def label_counts(session: Session, project_id: int) -> dict[tuple[str, Source], int]:
    """How many entities were accepted, by label and by who found them first."""
    query = (
        select(EntityRow.label, EntityRow.source, func.count())
        .where(
            EntityRow.annotation_set_id.in_(newest_submitted(project_id)),
            EntityRow.status == "accepted",
        )
        .group_by(EntityRow.label, EntityRow.source)
    )
    return {(label, source): count for label, source, count in session.execute(query)}


def decided(session: Session, project_id: int) -> Sequence[Decided]:
    """What became of every model's suggestion that a submitted set holds."""
    query = (
        select(
            AnnotationSet.document_id,
            EntityRow.key,
            EntityRow.start,
            EntityRow.end,
            EntityRow.label,
            EntityRow.status,
        )
        .join(EntityRow, EntityRow.annotation_set_id == AnnotationSet.id)
        .where(AnnotationSet.id.in_(newest_submitted(project_id)), EntityRow.source != "person")
        .order_by(AnnotationSet.document_id, EntityRow.id)
    )
    return [Decided(*row) for row in session.execute(query)]


def suggested(session: Session, project_id: int) -> dict[tuple[int, str], Key]:
    """Where and as what each suggestion stood at first, by its document and key: those of a
    document's first reading, and those of each time that the model looked again."""
    machine = aliased(AnnotationSet)
    query = (
        select(machine.document_id, EntityRow.key, EntityRow.start, EntityRow.end, EntityRow.label)
        .join(EntityRow, EntityRow.annotation_set_id == machine.id)
        .join(Document, Document.id == machine.document_id)
        .where(Document.project_id == project_id, machine.origin == "machine")
    )
    found = {
        (document, key): (start, end, label)
        for document, key, start, end, label in session.execute(query)
    }
    again = (
        select(Operation.document_id, Operation.payload)
        .join(Document, Document.id == Operation.document_id)
        .where(Document.project_id == project_id, _op() == "suggest")
    )
    for document, payload in session.execute(again):
        for span in payload.get("spans", ()):
            found[document, span["id"]] = (span["start"], span["end"], span["label"])
    return found


def actions(session: Session, project_id: int) -> Sequence[Action]:
    """People's accepted operations, oldest first, without those that the server made for them."""
    query = (
        select(Operation.document_id, Operation.at, _op())
        .join(Document, Document.id == Operation.document_id)
        .where(
            Document.project_id == project_id,
            Operation.refused.is_(None),
            _op().not_in(("suggest", "reopen", "settle", "adjudicate", "relabel_all", "split")),
        )
        .order_by(Operation.at, Operation.client, Operation.seq)
    )
    return [Action(*row) for row in session.execute(query)]


def _op() -> Any:
    return readable(Operation.payload)["op"].as_string()
