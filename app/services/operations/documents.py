"""A project's documents as pages list them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.services.team.permissions import require
from storage.engine import Sessions
from storage.enums import DocumentStatus, Split
from storage.models import Document
from storage.records import DocumentList
from storage.repository import documents, listing


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

    @property
    def length(self) -> int:
        """In code points."""
        return len(self.text)


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
    *,
    statuses: Collection[DocumentStatus] = (),
    search: str = "",
    limit: int,
    offset: int = 0,
) -> DocumentList:
    """A page of the documents of these statuses (all if none) whose name or text contains
    `search`, in order of arrival."""
    with sessions() as session:
        require(session, project_id, "annotate")
        return listing.list_documents(
            session, project_id, statuses=statuses, search=search, limit=limit, offset=offset
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
    )
