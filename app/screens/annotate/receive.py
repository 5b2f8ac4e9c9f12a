"""What the span annotator sent: into the database once, and the answer it waits for."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from app import context
from app.components.span_annotator import sent_operations
from app.editing import DraftSpan
from app.screens.common.wording import clipped, literal
from app.services.annotation.annotation import AnnotationService, DocumentGoneError
from app.services.annotation.document_view import DocumentView
from app.services.annotation.news import News
from app.services.team.permissions import NotAllowedError
from storage.database_errors import StorageError, is_of_the_data, problem_of

LOG = logging.getLogger(__name__)
KEY = "annotator"
_LAST, _VISIT, _OWN, _SHOWN = "received", "visit", "own_clients", "shown_version"
_FIRST = "first_message_seen"
_MOST_SIBLINGS = 50
_CORRECTIONS = ("add", "move", "relabel", "reject")
_NUMBER = re.compile(r"[0-9]{1,18}")
"""What a document's number looks like; the browser is not trusted."""


@dataclass(frozen=True, slots=True)
class Received:
    """What came of the browser's last message."""

    document_id: int
    ack: Mapping[str, Any] | None
    error: str | None
    returned: Mapping[str, Any] | None = None
    """What can never be saved as it was sent, see `span_annotator`."""
    trashed: str | None = None
    """The document's name, where somebody deleted it: it was saved in the trash."""
    corrected: tuple[tuple[int, int], ...] = ()
    """Where it corrected the model; empty when the same message is seen again."""


def save_unmounted() -> None:
    """Saves what the annotator sent as it was left for another page, which never mounts it."""
    if sent_operations(KEY):
        app = context.create()
        receive(app.annotation(), app.person)


def answer_at_once(received: Received | None) -> None:
    """Runs the page again for a message that came with a session's first run, as after a restart of
    the server: the session learns of it only when the annotator is mounted."""
    if received is None and st.session_state.get(_FIRST) is None and sent_operations(KEY):
        st.session_state[_FIRST] = True
        st.rerun()


def receive(service: AnnotationService, person: str) -> Received | None:
    """Applies what the browser sent; None while it has sent nothing.

    A message stays in the session until the next one comes: a run for another reason does not
    apply it again. What the database could not take is not acknowledged, so that the browser
    keeps it, says "not saved", and sends it again. What is somebody else's, has no document any
    more, or can be kept in no database, goes back to it: nothing behind it waits for it.
    """
    sent = sent_operations(KEY)
    if not isinstance(sent, Mapping) or not _NUMBER.fullmatch(str(sent.get("doc_id"))):
        return None
    known: tuple[Any, Received] | None = st.session_state.get(_LAST)
    if known and known[0] == sent:
        return known[1]
    document_id, client = int(sent["doc_id"]), sent.get("client")
    if sent.get("person", person) != person:
        return _returned(sent, wrong_owner=True)
    st.session_state[_OWN] = st.session_state.get(_OWN, frozenset()) | _clients(sent)
    try:
        applied = service.apply(document_id, client, sent.get("ops"), person, _clients(sent))
    except StorageError as error:
        LOG.exception("edits of document %s could not be saved", document_id)
        if is_of_the_data(error):
            return _returned(
                sent, why=f"{problem_of(error).what}. See the server’s log for details"
            )
        return Received(document_id, known[1].ack if known else None, _not_saved(error))
    except (DocumentGoneError, NotAllowedError) as error:
        return _returned(sent, why=str(error))
    if applied.wrong_owner:
        return _returned(sent, wrong_owner=True)
    ack = None if applied.ack is None else {"client": client, "seq": applied.ack}
    received = Received(document_id, ack, applied.error, trashed=applied.trashed)
    st.session_state[_LAST] = (sent, received)
    return replace(received, corrected=_corrected(sent.get("ops"), applied.spans))


def _returned(sent: Mapping[str, Any], *, wrong_owner: bool = False, why: str = "") -> Received:
    """Nothing of the message is acknowledged: the browser keeps it."""
    back = {
        "client": sent.get("client"),
        "doc_id": sent["doc_id"],
        "wrong_owner": wrong_owner,
        "why": why,
    }
    return Received(int(sent["doc_id"]), None, None, returned=back)


def _clients(sent: Mapping[str, Any]) -> frozenset[str]:
    """The clients that the page says it is; the browser is not trusted."""
    named = sent.get("sibling_clients", sent.get("kin"))  # "kin": of a tab that was open before
    siblings = named[:_MOST_SIBLINGS] if isinstance(named, list) else []
    return frozenset(name for name in [sent.get("client"), *siblings] if isinstance(name, str))


def trash_notice(received: Received | None) -> None:
    """Says where edits went whose document somebody deleted meanwhile."""
    if received and received.trashed is not None:
        st.warning(
            f"Somebody deleted {literal(clipped(received.trashed, 60))} while you were working on "
            "it. Your edits are saved with it and come back when it is restored from the trash.",
            icon=":material/delete:",
        )


def is_shown(document_id: int) -> bool:
    """Whether this page has shown the document last: what it shows then stays."""
    shown: int | None = st.session_state.get(_SHOWN, (None,))[0]
    return shown == document_id


def others_changes(service: AnnotationService, person: str, view: DocumentView) -> News | None:
    """What others did since this page showed the document last. A run that the browser does not
    answer may be shown again: the page tells the news of a version once."""
    before: tuple[int | None, int, News | None] = st.session_state.get(_SHOWN, (None, 0, None))
    shown, version, message = before
    if shown != view.document_id:
        message = None
    elif version < view.version:
        own_clients = st.session_state.get(_OWN, frozenset())
        message = service.news(view.document_id, version, person, own_clients) or message
    st.session_state[_SHOWN] = (view.document_id, view.version, message)
    return message


def _corrected(ops: Any, spans: Sequence[DraftSpan]) -> tuple[tuple[int, int], ...]:
    changed = [op.get("id") for op in _operations(ops) if op.get("op") in _CORRECTIONS]
    return tuple((span.start, span.end) for span in spans if span.id in changed)


def _operations(ops: Any) -> list[Mapping[str, Any]]:
    """Those that have the form of one; the browser is not trusted."""
    return [op for op in ops if isinstance(op, Mapping)] if isinstance(ops, list) else []


def record_visit(service: AnnotationService, person: str, view: DocumentView) -> None:
    """Notes the visit to a document that can be worked on, once for as long as it is shown."""
    if view.read_only or st.session_state.get(_VISIT) == view.document_id:
        return
    st.session_state[_VISIT] = view.document_id
    try:
        service.visit(view.document_id, person)
    except StorageError:
        LOG.exception("the visit to document %s is not in the figures", view.document_id)


def _not_saved(error: StorageError) -> str:
    found = problem_of(error)
    return (
        f"Not saved: {found.what}. Your edits are kept in this page and will be sent again; keep "
        f"it open. {found.remedy}"
    )
