"""Annotation sets: predictions, drafts and submitted sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.orm import Session

from storage.columns import now
from storage.enums import Origin, SetState
from storage.models import AnnotationSet, Assignment, Base, Document, EntityRow
from storage.query_criteria import BUILT_ONCE
from storage.records import SpanRecord
from storage.repository import set_queries
from storage.repository.set_queries import of_owner
from storage.soft_delete import WITH_TRASH

SUBMITTED = and_(AnnotationSet.origin == "person", AnnotationSet.state == "submitted")
"""The condition that a set is a person's answer."""
COUNTS: ColumnElement[int] = func.coalesce(
    func.max(AnnotationSet.id).filter(SUBMITTED, ~AnnotationSet.blind),
    func.max(AnnotationSet.id).filter(SUBMITTED),
)
"""Among a document's sets, the one that counts: what was decided for all, else the newest answer.
Everything that leaves the database or judges what is in it goes by this."""
_ENTITIES = Base.metadata.tables[EntityRow.__tablename__]
NewestPrediction = Callable[[], AnnotationSet | None]
"""What `latest_prediction` gives."""


def add_prediction(
    session: Session,
    document_id: int,
    spans: Iterable[SpanRecord],
    *,
    model_version_id: int | None,
    provenance: Mapping[str, Any],
) -> AnnotationSet:
    """A machine's answer. No spans is an answer too: "predicted: nothing found"."""
    return _add(
        session,
        AnnotationSet(
            document_id=document_id,
            origin="machine",
            state="submitted",
            model_version_id=model_version_id,
            provenance=dict(provenance),
            submitted_at=now(),
        ),
        spans,
    )


def add_person_set(
    session: Session,
    document_id: int,
    spans: Iterable[SpanRecord],
    *,
    person: str,
    state: SetState = "draft",
    parent_id: int | None = None,
    provenance: Mapping[str, Any] | None = None,
    submitted_at: datetime | None = None,
    blind: bool = False,
) -> AnnotationSet:
    """A person's draft, or a submitted set. A document has one draft at most; of those that are
    `blind`, one a person."""
    return _add(
        session,
        AnnotationSet(
            document_id=document_id,
            origin="person",
            state=state,
            person=person,
            blind=blind,
            parent_id=parent_id,
            provenance=dict(provenance or {}),
            submitted_at=(submitted_at or now()) if state == "submitted" else None,
        ),
        spans,
    )


def latest_prediction(session: Session, document_id: int) -> AnnotationSet | None:
    """The newest machine's set of a document, whichever model made it, with its entities."""
    return set_queries.first(session, set_queries.prediction(), document_id=document_id)


def newest_prediction(session: Session, document_id: int) -> NewestPrediction:
    """`latest_prediction`, read when it is called first; for who adds none meanwhile."""
    return cache(partial(latest_prediction, session, document_id))


def as_newest(prediction: AnnotationSet) -> NewestPrediction:
    """A prediction that was just added, as `newest_prediction` would find it."""
    return lambda: prediction


def draft_of(session: Session, document_id: int, owner: str | None = None) -> AnnotationSet | None:
    """The document's open draft with its entities: everybody's, or the `owner`'s own."""
    query = set_queries.draft(blind=owner is not None)
    return set_queries.first(session, query, document_id=document_id, person=owner)


def has_draft(session: Session, document_id: int, owner: str | None = None) -> bool:
    """Whether there is what `draft_of` gives."""
    query = select(AnnotationSet.id).where(
        AnnotationSet.document_id == document_id, AnnotationSet.state == "draft", of_owner(owner)
    )
    return session.scalar(query.limit(1)) is not None


def submitted_of(
    session: Session, document_id: int, owner: str | None = None
) -> AnnotationSet | None:
    """The submitted set that counts (`COUNTS`), or the `owner`'s own newest; with its entities."""
    query = _submitted(blind=owner is not None)
    return set_queries.first(session, query, document_id=document_id, person=owner)


@cache
def _submitted(blind: bool) -> Select[AnnotationSet]:
    if blind:
        query = set_queries.newest(SUBMITTED, of_owner(bindparam("person")))
    else:
        of_document = AnnotationSet.document_id == bindparam("document_id")
        counts = select(COUNTS).where(of_document).scalar_subquery()
        query = set_queries.newest(AnnotationSet.id == counts)
    return query.execution_options(**BUILT_ONCE)


@dataclass(frozen=True, slots=True)
class Made:
    """A prediction or a submitted set, without its entities."""

    id: int
    origin: Origin
    person: str | None
    model_version_id: int | None
    created_at: datetime
    entities: int


def made(session: Session, document_id: int, owner: str | None = None) -> list[Made]:
    """Every answer that stands, the oldest first; of people's only everybody's, or the owner's."""
    entities = (
        select(func.count())
        .where(EntityRow.annotation_set_id == AnnotationSet.id)
        .scalar_subquery()
    )
    query = (
        select(
            AnnotationSet.id,
            AnnotationSet.origin,
            AnnotationSet.person,
            AnnotationSet.model_version_id,
            AnnotationSet.created_at,
            entities,
        )
        .where(
            AnnotationSet.document_id == document_id,
            AnnotationSet.state == "submitted",
            or_(AnnotationSet.origin == "machine", of_owner(owner)),
        )
        .order_by(AnnotationSet.id)
    )
    return [Made(*row) for row in session.execute(query)]


def newest_submitted(project_id: int) -> Select[Any]:
    """The query for the submitted set of each document that counts (`COUNTS`), as `set_id`."""
    return (
        select(COUNTS.label("set_id"))
        .join(Document, Document.id == AnnotationSet.document_id)
        .where(Document.project_id == project_id, SUBMITTED)
        .group_by(AnnotationSet.document_id)
    )


def drafts_from(session: Session, prediction_id: int) -> Sequence[AnnotationSet]:
    """The open drafts that began from a prediction, everybody's and each person's own."""
    query = (
        select(AnnotationSet)
        .where(AnnotationSet.parent_id == prediction_id, AnnotationSet.state == "draft")
        .order_by(AnnotationSet.id)
    )
    return session.scalars(query).all()


def add_spans(session: Session, receiver: AnnotationSet, spans: Iterable[SpanRecord]) -> None:
    """Adds spans to a set; their keys are new to it."""
    session.add_all(EntityRow(annotation_set_id=receiver.id, **values_of(span)) for span in spans)
    session.flush()


def save_spans(
    session: Session,
    draft: AnnotationSet,
    before: Iterable[SpanRecord],
    spans: Iterable[SpanRecord],
    hides_labels: bool = True,
) -> None:
    """Makes a draft that held the spans `before` hold these instead, beside those of labels in the
    trash, or just restored from it, which the editor of the spans has not seen. Rows that did not
    change are not written. One whose key lies hidden there takes its place; without
    `hides_labels` none is looked for."""
    _require_draft(draft)
    rows = {row.key: row for row in draft.entities}
    wanted = {span.key: span for span in spans}
    for key in {span.key for span in before} & rows.keys() - wanted.keys():
        draft.entities.remove(rows[key])
    if hides_labels and (new := wanted.keys() - rows.keys()):
        hidden = select(EntityRow).where(
            EntityRow.annotation_set_id == draft.id, EntityRow.key.in_(new)
        )
        found = session.scalars(hidden.execution_options(**WITH_TRASH))
        rows |= {row.key: row for row in found}
    for key, span in wanted.items():
        if key not in rows:
            draft.entities.append(EntityRow(**values_of(span)))
        elif span_of(rows[key]) != span:
            row = rows[key]
            row.start, row.end, row.label = span.start, span.end, span.label
            row.status, row.score, row.source = span.status, span.score, span.source
            row.confidence = dict(span.confidence) if span.confidence else None
    session.flush()


def submit(
    session: Session, draft: AnnotationSet, standing: Document | Assignment, person: str
) -> AnnotationSet:
    """Freezes a draft: it becomes the person's submitted set, which is returned and never changes
    again. Of several sets the newest counts, by its number; where another one was submitted since
    the draft was begun, as by a merge of labels, the draft gets a number of its own time."""
    _require_draft(draft)
    newest = select(func.max(AnnotationSet.id)).where(
        AnnotationSet.document_id == draft.document_id, SUBMITTED
    )
    if draft.id < (session.scalar(newest) or 0):
        draft = _numbered_anew(session, draft)
    draft.state, draft.person, draft.submitted_at = "submitted", person, now()
    standing.status = "submitted"
    session.flush()
    return draft


def _numbered_anew(session: Session, draft: AnnotationSet) -> AnnotationSet:
    """The same draft, with what it holds of labels in the trash, as if it was begun now."""
    spans = every_span_of(session, draft)
    discard_draft(session, draft)
    copy = AnnotationSet(
        document_id=draft.document_id,
        origin=draft.origin,
        state=draft.state,
        person=draft.person,
        blind=draft.blind,
        parent_id=draft.parent_id,
        provenance=dict(draft.provenance),
    )
    return _add(session, copy, spans)


def discard_draft(session: Session, draft: AnnotationSet) -> None:
    """Deletes a draft that nobody has worked on."""
    _require_draft(draft)
    session.expunge(draft)
    session.execute(delete(EntityRow).where(EntityRow.annotation_set_id == draft.id))
    session.execute(delete(AnnotationSet).where(AnnotationSet.id == draft.id))


def spans_of(annotation_set: AnnotationSet) -> tuple[SpanRecord, ...]:
    """The set's spans in reading order, outer before inner."""
    return tuple(span_of(row) for row in annotation_set.entities)


def every_span_of(session: Session, annotation_set: AnnotationSet) -> tuple[SpanRecord, ...]:
    """The set's spans and, beside them, those of labels in the trash: for a copy to keep."""
    query = select(EntityRow).where(EntityRow.annotation_set_id == annotation_set.id)
    rows = session.scalars(query.order_by(EntityRow.id).execution_options(**WITH_TRASH))
    return tuple(map(span_of, rows))


def span_of(row: EntityRow) -> SpanRecord:
    return SpanRecord(
        start=row.start,
        end=row.end,
        label=row.label,
        status=row.status,
        score=row.score,
        source=row.source,
        key=row.key,
        confidence=row.confidence,
    )


def values_of(span: SpanRecord) -> dict[str, Any]:
    """A span as the columns of its row, but for the set that it is in."""
    return {
        "key": span.key,
        "start": span.start,
        "end": span.end,
        "label": span.label,
        "status": span.status,
        "score": span.score,
        "source": span.source,
        "confidence": dict(span.confidence) if span.confidence else None,
    }


def _add(
    session: Session, annotation_set: AnnotationSet, spans: Iterable[SpanRecord]
) -> AnnotationSet:
    """Adds the set with its entities in one statement: SQLite would take one for each."""
    annotation_set.entities = []
    session.add(annotation_set)
    session.flush()
    rows = [{"annotation_set_id": annotation_set.id, **values_of(span)} for span in spans]
    if not rows:
        return annotation_set
    session.execute(insert(_ENTITIES), rows)
    set_queries.first(session, set_queries.by_id(), set_id=annotation_set.id)  # fills `entities`
    return annotation_set


def _require_draft(annotation_set: AnnotationSet) -> None:
    if annotation_set.state != "draft":
        raise ValueError(
            f"annotation set {annotation_set.id} is {annotation_set.state} and never changes; "
            "reopen its document to correct it in a child draft"
        )
