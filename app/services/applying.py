"""A batch of operations from a page, applied exactly once and in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from app.editing import Draft, GestureError, parse_gesture, reduce
from app.gestures import Gesture, short
from app.services import drafts
from storage.models import Document
from storage.repository import annotation_sets, operations

MAX_CLIENT = 64
MAX_SEQ = 2**53 - 1
"""The largest whole number that JavaScript counts to."""


def apply_operations(
    session: Session, document: Document, client: object, ops: object, person: str
) -> tuple[int | None, str | None]:
    """`(ack, error)`: what the client can forget, and the last refusal it should know of.

    The document is locked and, unless submitted, has a draft.
    """
    if not isinstance(client, str) or not 0 < len(client) <= MAX_CLIENT or not client.isascii():
        return None, f"a client needs an ASCII id of 1 to {MAX_CLIENT} characters: {short(client)}"
    numbered, error = _numbered(ops)
    last = operations.last_seq(session, client)
    if not numbered:
        return last, error
    known = operations.received(session, client, min(numbered), max(numbered))
    refusals = [reason for seq, reason in sorted(known.items()) if seq in numbered and reason]
    error = refusals[-1] if refusals else error

    draft = before = drafts.load(session, document)
    edited = False
    for seq in sorted(numbered.keys() - known.keys()):
        raw, gesture, refused = numbered[seq], None, None
        try:
            _check_order(seq, last)
            gesture = parse_gesture(raw)
            draft = reduce(draft, gesture)
            edited = True
        except GestureError as reason:
            refused = error = str(reason)
        operations.record(
            session,
            client=client,
            seq=seq,
            document_id=document.id,
            person=person,
            payload=_payload(raw, gesture),
            refused=refused,
        )
        if refused:
            break
    if edited:
        _save(session, document, before, draft, person)
    return operations.last_seq(session, client), error


def _numbered(ops: object) -> tuple[dict[int, Mapping[str, Any]], str | None]:
    """The operations by sequence number, and what is wrong with those that have none."""
    if not isinstance(ops, list | tuple):
        return {}, f"operations must come as a list, got {short(ops)}"
    numbered: dict[int, Mapping[str, Any]] = {}
    error = None
    for op in ops:
        seq = op.get("seq") if isinstance(op, Mapping) else None
        if isinstance(seq, int) and not isinstance(seq, bool) and 0 <= seq <= MAX_SEQ:
            numbered.setdefault(seq, op)
        else:
            error = f"an operation needs a 'seq' from 0 to {MAX_SEQ}, got {short(op)}"
    return numbered, error


def _check_order(seq: int, last: int | None) -> None:
    if last is not None and seq < last:
        raise GestureError(
            f"operation {seq} came after operation {last} of the same page and was not applied; "
            "do it again"
        )


def _payload(raw: Mapping[str, Any], gesture: Gesture | None) -> dict[str, Any]:
    if gesture is None:
        return {"refused": short(dict(raw))}
    return {"op": raw["op"], **asdict(gesture)}


def _save(session: Session, document: Document, before: Draft, draft: Draft, person: str) -> None:
    stored = annotation_sets.draft_of(session, document.id)
    if stored is None:
        raise RuntimeError(f"document {document.id} was edited without a draft")
    if draft.spans != before.spans:
        annotation_sets.save_spans(session, stored, drafts.to_records(draft.spans))
    stored.person = person
    document.comment, document.skip_reason = draft.comment, draft.skip_reason
    if draft.state == "submitted":
        annotation_sets.submit(session, stored, document, person)
    else:
        document.status = "skipped" if draft.state == "skipped" else "in_progress"
    session.flush()
