"""What a session has shown of documents: which one last, and which it notes as visited."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TypeGuard

import streamlit as st

from app.screens.common import location
from app.services.annotation.annotation import AnnotationService
from app.services.annotation.document_view import DocumentView
from storage.database_errors import StorageError

LOG = logging.getLogger(__name__)
KEY = "annotator"
"""The span annotator's, in session state."""
_VISIT, _SHOWN, _OPENED = "visit", "shown_document", "opened_by_annotator"


def follow_annotator() -> None:
    """Goes to the document that the annotator has opened beside the page's runs; the browser is
    not trusted. To be called before the page's own document is looked up."""
    state = st.session_state.get(KEY)
    opened = state.get("opened") if state else None
    if not isinstance(opened, Mapping):
        return
    document_id, number = opened.get("doc_id"), opened.get("number")
    if not (_is_number(document_id) and _is_number(number)):
        return
    if number == opened_by_annotator():
        return  # sent again before it knew that the page has followed; a person may be elsewhere
    st.session_state[_OPENED] = number
    location.choose_document(document_id)
    if opened.get("ready") is True:
        st.session_state[_SHOWN] = st.session_state[_VISIT] = document_id


def _is_number(sent: object) -> TypeGuard[int]:
    return type(sent) is int and 0 < sent < 10**9


def opened_by_annotator() -> int:
    """The number of the last document that the annotator opened and the page has followed to."""
    return int(st.session_state.get(_OPENED, 0))


def is_shown(document_id: int) -> bool:
    """Whether this page has shown the document last: what it shows then stays."""
    return bool(st.session_state.get(_SHOWN) == document_id)


def record_visit(service: AnnotationService, person: str, view: DocumentView) -> None:
    """Notes what is shown, and the visit to a document that can be worked on, once for as long as
    it is shown."""
    st.session_state[_SHOWN] = view.document_id
    if view.read_only or st.session_state.get(_VISIT) == view.document_id:
        return
    st.session_state[_VISIT] = view.document_id
    try:
        service.visit(view.document_id, person)
    except StorageError:
        LOG.exception("the visit to document %s is not in the figures", view.document_id)
