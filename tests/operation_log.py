"""What the log has of a document, and of a client."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import Operation
from storage.repository import operations


def log_of(session: Session, document_id: int) -> Sequence[Operation]:
    """A document's operations, oldest first."""
    order = Operation.at, Operation.client, Operation.seq
    query = select(Operation).where(Operation.document_id == document_id).order_by(*order)
    return session.scalars(query).all()


def last_seq(session: Session, client: str) -> int | None:
    """What is acknowledged to a client: the highest sequence number that is recorded of it."""
    return operations.of_client(session, client, ()).last
