"""What a session has shown of documents: which one last, and which it notes as visited."""

from __future__ import annotations

import logging

import streamlit as st

from app.services.annotation.annotation import AnnotationService
from app.services.annotation.document_view import DocumentView
from storage.database_errors import StorageError

LOG = logging.getLogger(__name__)
KEY = "annotator"
"""The span annotator's, in session state."""
_VISIT, _SHOWN = "visit", "shown_document"


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
