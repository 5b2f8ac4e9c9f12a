"""Bulk pre-annotation on the Documents page: the button and its progress."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from app import context
from app.context import AppContext
from app.screens.common.wording import count, literal
from app.services.retraining import bulk_preannotation
from app.services.retraining.bulk_preannotation import Pass, PreannotationError


def suggest_button(app: AppContext, project_id: int) -> None:
    """Starts a pass, where none is open."""
    found = bulk_preannotation.latest(app.sessions, project_id)
    if (found is None or not found.open) and st.button(
        "Suggest on all documents",
        icon=":material/batch_prediction:",
        key="preannotate",
        help="The worker runs the active model on every document that nobody has worked on, so "
        "that opening one never waits. Held-out documents are skipped.",
    ):
        _do(bulk_preannotation.start, app, project_id)


def pass_progress(app: AppContext, project_id: int) -> None:
    """The pass that is open, else how the last one ended."""
    found = bulk_preannotation.latest(app.sessions, project_id)
    if found is not None and found.open:
        _open_pass(app, project_id)
    elif found is not None:
        st.caption(literal(f"Suggestions on all documents: {_said(found)}."))


@st.fragment(run_every="2s")
def _open_pass(app: AppContext, project_id: int) -> None:
    """The pass while it runs or rests; the whole page is drawn anew when it ends."""
    found = bulk_preannotation.latest(app.sessions, project_id)
    if found is None or not found.open:
        st.rerun()
    with st.container(border=True):
        if not context.jobs().worker_running():
            st.warning(
                "No worker is running, so nothing will happen. `make app` starts one with the "
                "page; `python -m app worker` starts one on its own.",
                icon=":material/pause_circle:",
            )
        if found.reason:
            st.error(literal(found.reason), icon=":material/error:")
        st.progress(found.tally.looked_at / found.documents, text=literal(_said(found)))
        with st.container(horizontal=True):
            if found.state == "running":
                if st.button("Pause", icon=":material/pause:", key="pause_pass"):
                    _do(bulk_preannotation.pause, app, project_id)
            elif st.button("Resume", icon=":material/play_arrow:", key="resume_pass"):
                _do(bulk_preannotation.resume, app, project_id)
            if st.button("Cancel", icon=":material/stop_circle:", key="cancel_pass"):
                _do(bulk_preannotation.cancel, app, project_id)


def _do(what: Callable[..., Pass], app: AppContext, project_id: int) -> None:
    try:
        what(app.sessions, project_id, app.person)
    except PreannotationError as error:
        st.error(literal(str(error)), icon=":material/error:")
        return
    st.rerun()


def _said(found: Pass) -> str:
    tally = found.tally
    line = f"{tally.looked_at:,} of {count(found.documents, 'document')} ({found.state})"
    return f"{line} · {tally.failed:,} failed: {tally.error}" if tally.failed else line
