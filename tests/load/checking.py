"""Looks up in the database what the annotators were told is saved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from storage.engine import Sessions
from storage.models import Document, Operation


@dataclass(frozen=True)
class Kept:
    """What was acknowledged and is there, or not."""

    lost: int
    doubled: int
    torn: int
    """Documents whose versions are not all there, one after the other."""


def check_stored(
    sessions: Sessions, acknowledged: Mapping[str, set[int]], sent: Mapping[str, int]
) -> Kept:
    """`acknowledged`: the numbers by client; `sent`: how many each client sent."""
    with sessions() as session:
        rows = Counter(map(tuple, session.execute(select(Operation.client, Operation.seq))))
        versions: dict[int, set[int]] = {}
        for document, version in session.execute(
            select(Operation.document_id, Operation.version).where(Operation.version.is_not(None))
        ):
            versions.setdefault(document, set()).add(version)
        numbers = dict(session.execute(select(Document.id, Document.version)).all())
    per_client = Counter(client for client, _ in rows.elements())
    return Kept(
        lost=sum(
            (client, seq) not in rows for client in acknowledged for seq in acknowledged[client]
        ),
        doubled=sum(max(0, per_client[client] - sent[client]) for client in sent),
        torn=sum(
            entry - {0} != set(range(1, numbers[item] + 1)) for item, entry in versions.items()
        ),
    )
