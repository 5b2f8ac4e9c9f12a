"""A project's first documents are suggested on again where they opened before all was learnt.

Only a document that nobody has begun: suggestions change under no decision. Later on, what one
document more has taught changes little, and a team of pages that look again and again costs much.
"""

from __future__ import annotations

import streamlit as st

from app import context
from app.context import AppContext
from app.services.annotation.document_view import DocumentView
from app.services.suggestions import instant_wake

_AWAITED = "opened before all was learnt"
OFTEN = 1.0
"""Seconds from one look at whether all is learnt to the next."""


def wait(app: AppContext, project_id: int, document_id: int) -> None:
    """Waits a moment for what was submitted to be learnt, and notes a document that has to be
    suggested on again; to be called before it is opened."""
    settled = instant_wake.wait(app.sessions, project_id)
    st.session_state[_AWAITED] = None if settled else document_id


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
