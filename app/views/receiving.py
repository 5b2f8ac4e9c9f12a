"""What the span annotator sent: into the database once, and the answer it waits for."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError

from app import state
from app.components.span_annotator import sent_operations
from app.editing import DraftSpan
from app.services.annotation import AnnotationService
from app.services.document_view import DocumentView
from app.services.news import News
from storage.repository.documents import DocumentGoneError
from storage.trouble import trouble

LOG = logging.getLogger(__name__)
KEY = "annotator"
_LAST, _VISIT, _OWN, _SHOWN = "received", "visit", "own_clients", "shown_version"
_KIN = 50
_CORRECTIONS = ("add", "move", "relabel", "reject")
_NUMBER = re.compile(r"[0-9]{1,18}")
"""What a document's number looks like; the browser is not trusted."""


@dataclass(frozen=True, slots=True)
class Received:
    """What came of the browser's last message."""

    document_id: int
    ack: Mapping[str, Any] | None
    error: str | None
    corrected: tuple[tuple[int, int], ...] = ()
    """Where it corrected the model; empty when the same message is seen again."""


def collect() -> None:
    """Saves what the annotator sent as it was left for another page, which never mounts it."""
    if sent_operations(KEY):
        desk = state.desk()
        receive(desk.annotation(), desk.person)


def receive(service: AnnotationService, person: str) -> Received | None:
    """Applies what the browser sent; None while it has sent nothing.

    A message stays in the session until the next one comes: a run for another reason does not
    apply it again. What the database could not take is not acknowledged, so that the browser
    keeps it, says "not saved", and sends it again.
    """
    sent = sent_operations(KEY)
    if not isinstance(sent, Mapping) or not _NUMBER.fullmatch(str(sent.get("doc_id"))):
        return None
    known: tuple[Any, Received] | None = st.session_state.get(_LAST)
    if known and known[0] == sent:
        return known[1]
    document_id, client = int(sent["doc_id"]), sent.get("client")
    st.session_state[_OWN] = st.session_state.get(_OWN, frozenset()) | _clients(sent)
    try:
        applied = service.apply(document_id, client, sent.get("ops"), person, _clients(sent))
    except SQLAlchemyError as error:
        LOG.exception("edits of document %s could not be saved", document_id)
        return Received(document_id, known[1].ack if known else None, _not_saved(error))
    except DocumentGoneError as error:  # never to be saved: acknowledged, or it is sent for ever
        gone = {"client": client, "seq": _last(sent.get("ops"))}
        return Received(document_id, gone, f"Not saved: {error}. Reload the page.")
    ack = None if applied.ack is None else {"client": client, "seq": applied.ack}
    received = Received(document_id, ack, applied.error)
    st.session_state[_LAST] = (sent, received)
    return replace(received, corrected=_corrected(sent.get("ops"), applied.spans))


def _clients(sent: Mapping[str, Any]) -> frozenset[str]:
    """The clients that the page says it is; the browser is not trusted."""
    named = sent.get("kin")
    kin = named[:_KIN] if isinstance(named, list) else []
    return frozenset(each for each in [sent.get("client"), *kin] if isinstance(each, str))


def what_is_new(service: AnnotationService, person: str, view: DocumentView) -> News | None:
    """What others did since this page showed the document last. A run that the browser does not
    answer may be shown again: the page tells the news of a version once."""
    before: tuple[int | None, int, News | None] = st.session_state.get(_SHOWN, (None, 0, None))
    shown, version, told = before
    if shown != view.document_id:
        told = None
    elif version < view.version:
        own = st.session_state.get(_OWN, frozenset())
        told = service.news(view.document_id, version, person, own) or told
    st.session_state[_SHOWN] = (view.document_id, view.version, told)
    return told


def _last(ops: Any) -> int:
    numbers = (op.get("seq") for op in _operations(ops))
    return max((number for number in numbers if isinstance(number, int)), default=0)


def _corrected(ops: Any, spans: Sequence[DraftSpan]) -> tuple[tuple[int, int], ...]:
    changed = [op.get("id") for op in _operations(ops) if op.get("op") in _CORRECTIONS]
    return tuple((span.start, span.end) for span in spans if span.id in changed)


def _operations(ops: Any) -> list[Mapping[str, Any]]:
    """Those that have the form of one; the browser is not trusted."""
    return [op for op in ops if isinstance(op, Mapping)] if isinstance(ops, list) else []


def begun(service: AnnotationService, person: str, view: DocumentView) -> None:
    """Notes the visit to a document that can be worked on, once for as long as it is shown."""
    if view.read_only or st.session_state.get(_VISIT) == view.document_id:
        return
    st.session_state[_VISIT] = view.document_id
    try:
        service.visit(view.document_id, person)
    except SQLAlchemyError:
        LOG.exception("the visit to document %s is not in the figures", view.document_id)


def _not_saved(error: SQLAlchemyError) -> str:
    found = trouble(error)
    return (
        f"Not saved: {found.what}. Your edits are kept in this page and sent again; keep it open. "
        f"{found.remedy}"
    )
