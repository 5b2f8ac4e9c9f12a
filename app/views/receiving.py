"""What the span annotator sent: into the database once, and the answer it waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from app.components.span_annotator import sent_operations
from app.services.annotation import AnnotationService
from storage.vocabulary import DocumentStatus

KEY = "annotator"
_LAST = "received"


@dataclass(frozen=True, slots=True)
class Received:
    """What came of the browser's last message."""

    document_id: int
    ack: Mapping[str, Any] | None
    error: str | None
    status: DocumentStatus


def receive(service: AnnotationService, person: str) -> Received | None:
    """Applies what the browser sent; None while it has sent nothing.

    A message stays in the session until the next one comes: a run for another reason does not
    apply it again. An error of the database reaches the caller with nothing acknowledged, so
    that the browser keeps its edits and sends them again.
    """
    sent = sent_operations(KEY)
    if not isinstance(sent, Mapping) or not str(sent.get("doc_id")).isdecimal():
        return None
    known: tuple[Any, Received] | None = st.session_state.get(_LAST)
    if known and known[0] == sent:
        return known[1]
    document_id, client = int(sent["doc_id"]), sent.get("client")
    applied = service.apply(document_id, client, sent.get("ops"), person)
    ack = None if applied.ack is None else {"client": client, "seq": applied.ack}
    received = Received(document_id, ack, applied.error, applied.status)
    st.session_state[_LAST] = (sent, received)
    return received
