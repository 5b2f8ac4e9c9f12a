"""The record of every action that a page sent: the audit log, and what makes resends harmless."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.models import Operation


def received(session: Session, client: str, first: int, last: int) -> dict[int, str | None]:
    """The sequence numbers from `first` to `last` that are recorded, each with its refusal."""
    query = select(Operation.seq, Operation.refused).where(
        Operation.client == client, Operation.seq.between(first, last)
    )
    return dict(session.execute(query).all())


def last_seq(session: Session, client: str) -> int | None:
    """The client's highest recorded sequence number: what is acknowledged to it."""
    return session.scalar(select(func.max(Operation.seq)).where(Operation.client == client))


def record(
    session: Session,
    *,
    client: str,
    seq: int,
    document_id: int,
    person: str,
    payload: Mapping[str, Any],
    refused: str | None = None,
) -> None:
    """Records one action. A second record of (client, seq) is an `IntegrityError`."""
    session.add(
        Operation(
            client=client,
            seq=seq,
            document_id=document_id,
            person=person,
            payload=dict(payload),
            refused=refused,
        )
    )
    session.flush()


def of_document(session: Session, document_id: int) -> Sequence[Operation]:
    """The document's history, oldest first."""
    query = (
        select(Operation)
        .where(Operation.document_id == document_id)
        .order_by(Operation.at, Operation.client, Operation.seq)
    )
    return session.scalars(query).all()


def payloads(session: Session, document_id: int, op: str) -> Sequence[dict[str, Any]]:
    """What the operations of this name that were not refused did, oldest first."""
    query = (
        select(Operation.payload)
        .where(
            Operation.document_id == document_id,
            Operation.refused.is_(None),
            Operation.payload["op"].as_string() == op,
        )
        .order_by(Operation.at, Operation.client, Operation.seq)
    )
    return session.scalars(query).all()
