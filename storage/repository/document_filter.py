"""Which documents of a project: the conditions of a filter, and a document's current set."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    Subquery,
    cast,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from storage.models import AnnotationSet, Assignment, Document, DocumentSignal, EntityRow
from storage.readable_json import readable
from storage.records import DocumentFilter
from storage.repository import documents

KEYS_SHOWN = 50
KEYS_LOOKED_AT = 500
"""Documents whose metadata is looked into for its keys."""
TAGS = "tags"
"""The key of a document's metadata that holds its tags, a list."""


def matching(session: Session, project_id: int, wanted: DocumentFilter) -> list[Any]:
    """The conditions of a filter on the project's documents."""
    dialect = session.get_bind().dialect.name
    conditions: list[Any] = [Document.project_id == project_id]
    if wanted.statuses:
        conditions.append(Document.status.in_(wanted.statuses))
    if wanted.search:
        conditions.append(documents.matching(wanted.search, dialect))
    if wanted.label:
        conditions.append(Document.id.in_(_with_label(project_id, wanted.label)))
    if wanted.person:
        conditions.append(_of_person(wanted.person))
    if wanted.since:
        conditions.append(Document.updated_at >= wanted.since)
    if wanted.until:
        conditions.append(Document.updated_at < wanted.until)
    if wanted.least_doubt > 0:
        conditions.append(_in_doubt(wanted.least_doubt, wanted.model_version_id))
    if wanted.after:
        conditions.append(Document.id > wanted.after)
    if wanted.meta_key:
        conditions.append(_with_meta(wanted.meta_key, wanted.meta_value))
    return conditions


def current_sets(of_documents: ColumnElement[bool]) -> Subquery:
    """Each document's current set, `document_id` and `id`: a person's if any, else a machine's."""
    person = func.max(AnnotationSet.id).filter(
        AnnotationSet.origin == "person", ~AnnotationSet.blind
    )
    machine = func.max(AnnotationSet.id).filter(AnnotationSet.origin == "machine")
    return (
        select(AnnotationSet.document_id, func.coalesce(person, machine).label("id"))
        .where(of_documents)
        .group_by(AnnotationSet.document_id)
        .subquery()
    )


def meta_keys(session: Session, project_id: int) -> list[str]:
    """The keys of the documents' metadata, as far as the newest documents have them."""
    query = select(Document.meta).where(Document.project_id == project_id)
    newest = session.scalars(query.order_by(Document.id.desc()).limit(KEYS_LOOKED_AT))
    return sorted({key for meta in newest for key in meta})[:KEYS_SHOWN]


def people(session: Session, project_id: int) -> list[str]:
    """Who annotated documents of the project or was given some, by name."""
    of_project = select(Document.id).where(Document.project_id == project_id)
    queries = (
        select(table.person).where(table.document_id.in_(of_project)).distinct()
        for table in (AnnotationSet, Assignment)
    )
    found = {person for query in queries for person in session.scalars(query)}
    return sorted(person for person in found if person)


def _with_label(project_id: int, label: str) -> Any:
    of_project = AnnotationSet.document_id.in_(
        select(Document.id).where(Document.project_id == project_id)
    )
    current = current_sets(of_project)
    return (
        select(current.c.document_id)
        .join(EntityRow, EntityRow.annotation_set_id == current.c.id)
        .where(EntityRow.label == label, EntityRow.status != "rejected")
    )


def _of_person(person: str) -> ColumnElement[bool]:
    return or_(
        exists().where(AnnotationSet.document_id == Document.id, AnnotationSet.person == person),
        exists().where(Assignment.document_id == Document.id, Assignment.person == person),
    )


def _in_doubt(least: float, model_version_id: int | None) -> ColumnElement[bool]:
    return exists().where(
        DocumentSignal.document_id == Document.id,
        DocumentSignal.model_version_id == model_version_id,
        DocumentSignal.doubt >= least,
    )


def _with_meta(key: str, value: str) -> ColumnElement[bool]:
    """A value is looked for as it is and as JSON writes it within a list."""
    if any(char in key for char in '"\\\0') or "\0" in value:
        return false()  # no path leads to such a key, and no database holds a NUL
    held = cast(readable(Document.meta)[key].as_string(), String)
    if not value:
        return held.is_not(None)
    written = json.dumps(value)[1:-1]
    forms = [value] if written == value else [value, written]
    return or_(*(held.icontains(form, autoescape=True) for form in forms))
