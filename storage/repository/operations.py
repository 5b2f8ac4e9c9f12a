"""The record of every action that a page sent: the audit log, and what makes resends harmless."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from storage.models import Operation
from storage.readable_json import readable
from storage.table_queries import Query, rows, table

Changes = Sequence[Mapping[str, Any]]
"""See `storage.models.Operation.changes`."""


class RecordedOperation(NamedTuple):
    """An operation that is recorded, as far as one sent anew under its number is compared."""

    document_id: int
    payload: Mapping[str, Any]
    refusal: str | None
    """Why it was refused; one that conflicted waits for a decision and is not refused yet."""


class Recorded(NamedTuple):
    """What is recorded of a client."""

    person: str | None
    """Who did the last of it; None: there is nothing."""
    last: int | None
    """The highest sequence number: what is acknowledged to it."""
    operations: Mapping[int, RecordedOperation]
    """Those of the numbers that were asked about, in order."""


def of_client(session: Session, client: str, seqs: Collection[int]) -> Recorded:
    """What is recorded of a client, and which of these sequence numbers, in one query."""
    first, last = (min(seqs), max(seqs)) if seqs else (1, 0)
    found = rows(session, _of_client(), client=client, first=first, last=last)
    if not found:
        return Recorded(None, None, {})
    newest = found[-1]
    known = {row[0]: RecordedOperation(*row[2:]) for row in found if row[0] in seqs}
    return Recorded(newest.person, newest.seq, known)


@cache
def _of_client() -> Query:
    held = table(Operation).c
    of_client = held.client == bindparam("client")
    newest = select(func.max(held.seq)).where(of_client).scalar_subquery()
    asked = held.seq.between(bindparam("first"), bindparam("last"))
    refusal = case((held.changes.is_(None), held.refused))
    return (
        select(held.seq, held.person, held.document_id, held.payload, refusal)
        .where(of_client, or_(asked, held.seq == newest))
        .order_by(held.seq)
    )


def record(
    session: Session,
    *,
    client: str,
    seq: int,
    document_id: int,
    person: str,
    payload: Mapping[str, Any],
    version: int | None = None,
    changes: Changes | None = None,
    refused: str | None = None,
    blind: bool = False,
) -> None:
    """Records one action, with the session's next flush. A second record of (client, seq) is an
    `IntegrityError` then.

    A refused action with changes conflicted with another's: they are what it would have done, and
    `met` in them is the draft's version then.
    """
    session.add(
        Operation(
            client=client,
            seq=seq,
            document_id=document_id,
            person=person,
            payload=dict(payload),
            version=version,
            changes=None if changes is None else [dict(change) for change in changes],
            refused=refused,
            blind=blind,
        )
    )


def page(
    session: Session, document_id: int, offset: int, limit: int, owner: str | None = None
) -> Sequence[Operation]:
    """A stretch of the history of a document's draft, newest first: of everybody's draft, or of
    the `owner`'s own, which nobody else sees."""
    query = (
        select(Operation)
        .where(Operation.document_id == document_id, _of(owner))
        .order_by(Operation.at.desc(), Operation.client.desc(), Operation.seq.desc())
        .offset(offset)
        .limit(limit)
    )
    return session.scalars(query).all()


def count(
    session: Session,
    document_id: int,
    *conditions: ColumnElement[bool],
    owner: str | None = None,
) -> int:
    """How many operations `page` goes through."""
    query = select(func.count()).where(
        Operation.document_id == document_id, _of(owner), *conditions
    )
    return session.scalar(query.select_from(Operation)) or 0


def unnumbered(session: Session, document_id: int, owner: str | None = None) -> int:
    """How many were applied before versions were kept: what they changed is not known."""
    unknown = (Operation.version.is_(None), Operation.refused.is_(None))
    return count(session, document_id, *unknown, owner=owner)


def submissions(session: Session, document_id: int, owner: str | None = None) -> int:
    """How many submitted sets were made here."""
    op = readable(Operation.payload)["op"].as_string()
    anew = and_(
        op.in_(("relabel_all", "split")),
        readable(Operation.payload)["set_id"].as_integer().is_not(None),
    )
    made = or_(op.in_(("submit", "adjudicate")), anew)
    return count(session, document_id, made, Operation.refused.is_(None), owner=owner)


def since(
    session: Session,
    document_id: int,
    version: int,
    but: Collection[str] = (),
    owner: str | None = None,
) -> Sequence[Operation]:
    """What changed the draft after this version, oldest first, by none of the clients `but`."""
    query = (
        select(Operation)
        .where(
            Operation.document_id == document_id,
            _of(owner),
            Operation.version > version,
            Operation.refused.is_(None),
            Operation.client.not_in(but),
        )
        .order_by(Operation.version, Operation.client, Operation.seq)
    )
    return [row for row in session.scalars(query) if row.changes]


def conflicts(
    session: Session, document_id: int, person: str, owner: str | None = None
) -> Sequence[Operation]:
    """The person's actions that conflicted with another's and wait for a decision, oldest first."""
    blind = owner is not None
    if not rows(session, _conflicted(blind), document_id=document_id, person=person):
        return ()
    query = _in_order(document_id).where(
        Operation.person == person,
        _of(owner),
        Operation.refused.is_not(None),
        Operation.changes.is_not(None),
    )
    found = session.scalars(query).all()
    settled: dict[tuple[str, str], int] = {}
    for payload in payloads(session, document_id, "settle", owner, person):
        about = payload["client"], payload["target"]
        settled[about] = max(payload["seq"], settled.get(about, -1))
    return [
        row
        for row in found
        if row.seq > max((settled.get((row.client, key), -1) for key in targets(row)), default=-1)
    ]


@cache
def _conflicted(blind: bool) -> Query:
    """Whether an action of a person conflicted; `blind`: in the person's own draft."""
    held = table(Operation).c
    return (
        select(held.seq)
        .where(
            held.document_id == bindparam("document_id"),
            held.person == bindparam("person"),
            held.blind if blind else ~held.blind,
            held.refused.is_not(None),
            held.changes.is_not(None),
        )
        .limit(1)
    )


def last_about(
    session: Session, document_id: int, wanted: Collection[str], owner: str | None = None
) -> dict[str, Operation]:
    """The last operation that changed each of these targets, where one did."""
    found: dict[str, Operation] = {}
    for row in since(session, document_id, 0, owner=owner):
        found |= {changed: row for changed in targets(row) if changed in wanted}
    return found


def targets(operation: Operation) -> list[str]:
    """What the operation changed, or would have: the spans' ids, and the names of fields."""
    return [target(change) for change in operation.changes or ()]


def target(change: Mapping[str, Any]) -> str:
    """What one change is about: a span's id, or ":" and the name of a field."""
    if "field" in change:
        return f":{change['field']}"
    return str((change["after"] or change["before"])["id"])


def payloads(
    session: Session,
    document_id: int,
    op: str,
    owner: str | None = None,
    person: str | None = None,
) -> Sequence[dict[str, Any]]:
    """What the operations of this name that were not refused did, oldest first; the `person`'s
    alone, if given."""
    query = (
        select(Operation.payload)
        .where(
            Operation.document_id == document_id,
            _of(owner),
            Operation.refused.is_(None),
            readable(Operation.payload)["op"].as_string() == op,
            *(() if person is None else (Operation.person == person,)),
        )
        .order_by(Operation.at, Operation.client, Operation.seq)
    )
    return session.scalars(query).all()


def last_followed(
    session: Session, document_id: int, tool: str, user: str | None, owner: str | None = None
) -> dict[str, Any] | None:
    """The newest operation that a person of another tool sent for the document, done or refused."""
    query = (
        select(Operation.payload)
        .where(
            Operation.document_id == document_id,
            _of(owner),
            readable(Operation.payload)["op"].as_string() == "follow",
            readable(Operation.payload)["tool"].as_string() == tool,
            *(() if user is None else (readable(Operation.payload)["user"].as_string() == user,)),
        )
        .order_by(Operation.at.desc(), Operation.client.desc())
        .limit(1)
    )
    return session.scalar(query)


def _of(owner: str | None) -> ColumnElement[bool]:
    """Done to whose draft: everybody's, or a person's own, see `AnnotationSet.blind`."""
    if owner is None:
        return ~Operation.blind
    return and_(Operation.blind, Operation.person == owner)


def _in_order(document_id: int) -> Any:
    return (
        select(Operation)
        .where(Operation.document_id == document_id)
        .order_by(Operation.at, Operation.client, Operation.seq)
    )
