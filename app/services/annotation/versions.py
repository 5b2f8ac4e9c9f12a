"""The versions of documents that people look at, to tell them when somebody else changes one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

from app.services.team.permissions import require
from storage.engine import Sessions
from storage.repository import assignments, documents

Looked: TypeAlias = tuple[int, str]
"""A document's number, and the person who looks at it."""


def may_look(sessions: Sessions, document_id: int, person: str) -> None:
    """Raises `LookupError` where there is no such document, and `NotAllowedError`."""
    with sessions() as session:
        require(session, documents.get(session, document_id).project_id, "annotate", person)


def current(sessions: Sessions, looked: Collection[Looked]) -> Mapping[Looked, int]:
    """The present version of each, in two queries: a person's own draft where they have one, else
    everybody's. A document that is gone is left out."""
    numbers = {document_id for document_id, _ in looked}
    with sessions() as session:
        shared = documents.versions(session, numbers)
        personal = assignments.versions(session, numbers)
    return {
        (document_id, person): personal.get((document_id, person), shared[document_id])
        for document_id, person in looked
        if document_id in shared
    }
