"""Promoting a version: what it changes, and a question where the evidence for it is thin."""

from __future__ import annotations

import streamlit as st

from app.context import AppContext
from app.screens.common.error_message import reason
from app.screens.common.wording import literal
from app.services.model_registry import evidence
from app.services.model_registry.registry import ModelFolderError, VersionView
from app.services.operations import projects

_ASKED = "promotion_asked"


def offer(app: AppContext, version: VersionView) -> None:
    """The button that makes a version the one that suggests."""
    if version.state == "active":
        st.success("This version now makes the suggestions.", icon=":material/check_circle:")
        return
    rows = version.comparison
    old, new = (rows[0].old[2], rows[0].new[2]) if rows else (None, None)
    worse = old is not None and new is not None and new < old
    if worse:
        st.warning(
            "The new model is worse than the old one on the held-out documents. Correct more "
            "documents before you promote one.",
            icon=":material/trending_down:",
        )
    if st.button(
        f"Promote version {version.id}",
        type="secondary" if worse else "primary",
        icon=":material/verified:",
        key=f"promote {version.id}",
        help="From then on, this version makes the suggestions. Annotations by people do not "
        "change.",
    ):
        promote(app, version)
    st.caption(_reach(app))


def promote(app: AppContext, version: VersionView) -> None:
    """Makes a version active; where its evidence is thin, `answer` asks first."""
    if evidence.doubts(version, app.models.active()):
        st.session_state[_ASKED] = version.id
    else:
        _make_active(app, version.id)


def answer(app: AppContext) -> None:
    """Shows the question until it is answered or closed."""
    asked: int | None = st.session_state.get(_ASKED)
    if asked is None:
        return
    version = app.models.get(asked)
    st.dialog(f"Promote version {version.id}?", on_dismiss=_forget)(_confirm)(app, version)


def _confirm(app: AppContext, version: VersionView) -> None:
    st.markdown("There is little evidence for this version so far:")
    doubts = evidence.doubts(version, app.models.active())
    st.markdown("\n".join(f"- {literal(sentence)}" for sentence in doubts))
    st.markdown(_reach(app))
    with st.container(horizontal=True):
        if st.button("Promote anyway", type="primary", key="promote anyway"):
            _make_active(app, version.id)
        if st.button("Cancel", key="keep active"):
            _forget()
            st.rerun()


def _reach(app: AppContext) -> str:
    return literal(evidence.reach([project.name for project in projects.every(app.sessions)]))


def _forget() -> None:
    st.session_state.pop(_ASKED, None)


def _make_active(app: AppContext, version_id: int) -> None:
    try:
        app.models.promote(version_id)
    except (LookupError, ModelFolderError) as error:
        st.error(reason(error), icon=":material/error:")
        return
    _forget()
    st.rerun()
