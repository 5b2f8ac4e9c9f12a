"""What the server itself does to a draft, in the log like every action of a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from app.editing import Draft
from app.services.annotation import drafts
from app.services.annotation.changes import difference
from app.services.annotation.tasks import AnnotationTask
from storage.repository import operations

SERVER = "server-"
"""What the clients of such operations begin with."""


def server_client() -> str:
    return f"{SERVER}{uuid4().hex}"


def record(
    session: Session,
    task: AnnotationTask,
    before: Draft,
    after: Draft,
    person: str,
    payload: Mapping[str, Any],
) -> None:
    """Writes down a step from one state of the draft to another."""
    changes = difference(before, after)
    if changes:
        drafts.advance(task)
    operations.record(
        session,
        client=server_client(),
        seq=1,
        document_id=task.id,
        person=person,
        payload=payload,
        version=task.standing.version,
        changes=changes,
        blind=task.blind,
    )
