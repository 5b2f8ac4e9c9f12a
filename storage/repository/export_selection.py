"""The documents of a project on their way out: chosen, and streamed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, not_, or_, select
from sqlalchemy.orm import Session

from storage.models import AnnotationSet, Document
from storage.records import DocumentRecord, Selection
from storage.repository.annotation_sets import COUNTS, SUBMITTED
from storage.repository.history import histories, spans_of_sets

BATCH = 500
"""Documents held in memory at a time."""


def selected(session: Session, project_id: int, selection: Selection) -> Iterator[DocumentRecord]:
    """Streams the documents in order of arrival, each with the submitted set that counts, or of
    the selection's people with their newest of those that were given unseen by others.

    Entities keep their status: the accepted ones are the truth, the rejected ones are what a
    person refused. A reopened document counts with what was last submitted. An undecided one has
    its draft, else the newest suggestions, else no entities at all.
    """
    for documents in _batches(session, project_id, selection):
        responses = _responses(session, [document.id for document in documents], selection)
        sets = {response.document_id: response for response, _ in responses}
        others = {response.document_id: number for response, number in responses}
        documents = [
            document for document in documents if _wanted(sets.get(document.id), selection)
        ]
        chosen = {document.id: sets[document.id] for document in documents if document.id in sets}
        spans = spans_of_sets(session, [row.id for row in chosen.values()], selection.labels)
        current = {
            document.id: chosen[document.id].id if document.id in chosen else 0
            for document in documents
        }
        past = histories(session, current) if selection.history else {}
        for document in documents:
            row = chosen.get(document.id)
            yield DocumentRecord(
                text=document.text,
                name=document.name,
                entities=None if row is None else tuple(spans.get(row.id, ())),
                split=document.split,
                status=_status(document, row),
                provenance=_provenance(row),
                meta=document.meta,
                comment=document.comment,
                skip_reason=document.skip_reason,
                history=past.get(document.id),
                other_answers=0 if selection.history else others.get(document.id, 0),
            )


def counts(session: Session, project_id: int, selection: Selection) -> tuple[int, int]:
    """How many documents of the selection's splits, and of those it names, are submitted, and how
    many are not."""
    query = select(_is_submitted(), func.count()).where(*_of(project_id, selection))
    found: dict[bool, int] = {
        bool(known): number for known, number in session.execute(query.group_by(_is_submitted()))
    }
    return found.get(True, 0), found.get(False, 0)


def people(session: Session, project_id: int) -> Sequence[str]:
    """Who has submitted documents of the project, by name."""
    query = (
        select(AnnotationSet.person)
        .join(Document, Document.id == AnnotationSet.document_id)
        .where(*_of(project_id, Selection()), SUBMITTED)
        .distinct()
        .order_by(AnnotationSet.person)
    )
    return [person for person in session.scalars(query) if person is not None]


def _of(project_id: int, selection: Selection) -> list[Any]:
    in_splits = [Document.split.in_(selection.splits)] if selection.splits else []
    named = [Document.id.in_(selection.documents)] if selection.documents else []
    return [Document.project_id == project_id, *in_splits, *named]


def _is_submitted() -> Any:
    return exists().where(AnnotationSet.document_id == Document.id, SUBMITTED)


def _batches(
    session: Session, project_id: int, selection: Selection
) -> Iterator[Sequence[Row[Any]]]:
    query = (
        select(
            Document.id,
            Document.text,
            Document.name,
            Document.split,
            Document.status,
            Document.meta,
            Document.comment,
            Document.skip_reason,
        )
        .where(*_of(project_id, selection))
        .order_by(Document.id)
        .limit(BATCH)
    )
    if not selection.undecided:
        query = query.where(_is_submitted())
    last = 0
    while batch := session.execute(query.where(Document.id > last)).all():
        last = batch[-1].id
        yield batch


def _responses(
    session: Session, document_ids: Iterable[int], selection: Selection
) -> list[tuple[Row[Any], int]]:
    """Of each document the set to export, and how many people's answers there are beside it."""
    newest: ColumnElement[int] = COUNTS
    if selection.undecided:
        draft = and_(AnnotationSet.state == "draft", not_(AnnotationSet.blind))
        newest = func.coalesce(
            newest,
            func.max(AnnotationSet.id).filter(draft),
            func.max(AnnotationSet.id).filter(AnnotationSet.origin == "machine"),
        )
    independent = and_(SUBMITTED, AnnotationSet.blind)
    theirs = and_(independent, AnnotationSet.person.in_(selection.people))
    ids = (
        select(
            newest.label("counts"),
            func.max(AnnotationSet.id).filter(theirs).label("theirs"),
            func.count(AnnotationSet.person.distinct()).filter(independent).label("people"),
        )
        .where(AnnotationSet.document_id.in_(document_ids))
        .group_by(AnnotationSet.document_id)
        .subquery()
    )
    query = select(
        AnnotationSet.id,
        AnnotationSet.document_id,
        AnnotationSet.parent_id,
        AnnotationSet.origin,
        AnnotationSet.state,
        AnnotationSet.blind,
        AnnotationSet.person,
        AnnotationSet.provenance,
        AnnotationSet.submitted_at,
        (AnnotationSet.id == ids.c.counts).label("of_all"),
        ids.c.people,
    ).join(ids, or_(AnnotationSet.id == ids.c.counts, AnnotationSet.id == ids.c.theirs))
    chosen: dict[int, Row[Any]] = {}
    for row in session.execute(query.order_by("of_all")):
        if row.document_id not in chosen or row.person in selection.people:
            chosen[row.document_id] = row  # what counts comes last
    return [(row, row.people - row.blind) for row in chosen.values()]


def _wanted(chosen: Row[Any] | None, selection: Selection) -> bool:
    if chosen is None or chosen.origin == "machine" or chosen.state == "draft":
        return selection.undecided
    return (
        (not selection.people or chosen.person in selection.people)
        and (selection.since is None or chosen.submitted_at >= selection.since)
        and (selection.until is None or chosen.submitted_at < selection.until)
    )


def _status(document: Row[Any], chosen: Row[Any] | None) -> Any:
    submitted = chosen is not None and chosen.origin == "person" and chosen.state == "submitted"
    return "submitted" if submitted else document.status


def _provenance(chosen: Row[Any] | None) -> dict[str, Any]:
    if chosen is None:
        return {}
    who: dict[str, Any] = {"origin": chosen.origin}
    if chosen.origin == "person":
        submitted = chosen.submitted_at.isoformat() if chosen.submitted_at else None
        who |= {"person": chosen.person, "submitted_at": submitted}
    return {**chosen.provenance, **who}
