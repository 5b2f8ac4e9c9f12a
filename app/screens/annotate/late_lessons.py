"""A document that opened before all that was submitted was learnt is suggested on again then.

Only a document that nobody has begun: suggestions change under no decision.
"""

from __future__ import annotations

import streamlit as st

from app import context
from app.context import AppContext
from app.services.annotation.document_view import DocumentView
from app.services.suggestions import instant_wake

_AWAITED = "opened before all was learnt"
OFTEN = 0.5
"""Seconds from one look at whether all is learnt to the next."""


def wait(app: AppContext, project_id: int, document_id: int) -> None:
    """Waits a moment for what was submitted to be learnt, and notes where that was not enough; to
    be called before the document is opened."""
    caught_up = instant_wake.wait(app.sessions, project_id)
    st.session_state[_AWAITED] = None if caught_up else document_id


def are_learnt(app: AppContext, project_id: int, document_id: int) -> bool:
    """Whether what the document opened without is learnt now; said once."""
    if st.session_state.get(_AWAITED) != document_id:
        return False
    if not instant_wake.caught_up(app.sessions, project_id):
        return False
    st.session_state[_AWAITED] = None
    return True


def watch(view: DocumentView) -> None:
    """Runs the page anew once all is learnt, where nobody has begun the document."""
    if st.session_state.get(_AWAITED) == view.document_id and view.status == "new":
        _look(view.heading.project_id)


@st.fragment(run_every=OFTEN)
def _look(project_id: int) -> None:
    if instant_wake.caught_up(context.create().sessions, project_id):
        st.rerun()
