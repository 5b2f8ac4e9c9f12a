"""A project's documents as pages list them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.services.team.permissions import require
from storage.engine import Sessions
from storage.enums import DocumentStatus, Split
from storage.models import Document
from storage.records import DocumentFilter, DocumentList
from storage.repository import document_filter, documents, listing, model_versions, projects

EVERY = DocumentFilter()
"""All documents of a project."""


@dataclass(frozen=True, slots=True)
class DocumentText:
    """A document without what was marked in it."""

    id: int
    project_id: int
    name: str
    text: str
    split: Split
    status: DocumentStatus
    updated_at: datetime
    meta: Mapping[str, Any]

    @property
    def length(self) -> int:
        """In code points."""
        return len(self.text)


@dataclass(frozen=True, slots=True)
class FilterOptions:
    """What there is to be chosen in a filter."""

    labels: tuple[str, ...]
    people: tuple[str, ...]
    meta_keys: tuple[str, ...]


def get(sessions: Sessions, document_id: int) -> DocumentText:
    """Raises `LookupError` where there is no such document."""
    with sessions() as session:
        document = documents.get(session, document_id)
        require(session, document.project_id, "annotate")
        return _text(document)


def counts_by_status(sessions: Sessions, project_id: int) -> Mapping[DocumentStatus, int]:
    """How many documents have each status; every status is a key."""
    with sessions() as session:
        require(session, project_id, "annotate")
        return documents.counts_by_status(session, project_id)


def submitted_by_split(sessions: Sessions, project_id: int) -> Mapping[Split, int]:
    """How many submitted documents each split has; one without any is no key."""
    with sessions() as session:
        require(session, project_id, "annotate")
        return documents.counts_by_split(session, project_id, ["submitted"])


def page(
    sessions: Sessions,
    project_id: int,
    wanted: DocumentFilter = EVERY,
    *,
    limit: int,
    offset: int = 0,
    with_uncertainty: bool = False,
) -> DocumentList:
    """A page of the documents that match, in order of arrival; `with_uncertainty`, also how
    unsure the active model is of each."""
    with sessions() as session:
        require(session, project_id, "annotate")
        asked = (
            of_active_model(session, wanted) if with_uncertainty or wanted.least_doubt else wanted
        )
        return listing.page(session, project_id, asked, limit=limit, offset=offset)


def of_active_model(session: Session, wanted: DocumentFilter) -> DocumentFilter:
    """The filter, where the doubt it speaks of is the active model's."""
    active = model_versions.active(session)
    return replace(wanted, model_version_id=active.id if active else None)


def filter_options(sessions: Sessions, project_id: int) -> FilterOptions:
    """What the project's documents can be filtered by."""
    with sessions() as session:
        require(session, project_id, "review")
        return FilterOptions(
            tuple(label.name for label in projects.labels(session, project_id)),
            tuple(document_filter.people(session, project_id)),
            tuple(document_filter.meta_keys(session, project_id)),
        )


def names(sessions: Sessions, project_id: int, document_ids: Collection[int]) -> Mapping[int, str]:
    """The name of each of these documents of the project, in order of arrival."""
    with sessions() as session:
        require(session, project_id, "annotate")
        return documents.names(session, document_ids)


def texts(sessions: Sessions, project_id: int, document_ids: Collection[int]) -> Mapping[int, str]:
    """The text of each of these documents of the project."""
    with sessions() as session:
        require(session, project_id, "annotate")
        return {key: text for key, (_, text) in documents.texts(session, document_ids).items()}


def belongs(sessions: Sessions, project_id: int, document_id: int) -> bool:
    """Whether the document is one of the project's."""
    with sessions() as session:
        require(session, project_id, "annotate")
        return documents.stands(session, document_id, project_id)


def with_others(
    sessions: Sessions, project_id: int, document_id: int, limit: int
) -> tuple[DocumentText, DocumentList]:
    """A document's text, and the first documents of the project to choose another from.

    Raises `LookupError` where there is no such document.
    """
    with sessions() as session:
        require(session, project_id, "annotate")
        text = _text(documents.get(session, document_id))
        return text, listing.list_documents(session, project_id, limit=limit)


def _text(document: Document) -> DocumentText:
    return DocumentText(
        document.id,
        document.project_id,
        document.name,
        document.text,
        document.split,
        document.status,
        document.updated_at,
        document.meta,
    )
