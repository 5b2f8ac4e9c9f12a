"""A long document while a model reads it: its progress, and when the page checks for more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app import context
from app.screens.annotate.visit import KEY
from app.screens.common.wording import literal
from app.services.annotation import document_data
from app.services.annotation.document_view import DocumentView
from app.services.suggestions import by_parts

FIRST, LATER = 0.25, 2.0
"""Seconds from one look at whether more is read to the next: until there is a first part, and
then, when the page is drawn anew for several parts together."""


def reading(view: DocumentView) -> Mapping[str, Any] | None:
    """What the span annotator is told of it."""
    if not view.being_read:
        return None
    stopped = context.part_reader().problem(view.document_id) is not None
    return document_data.reading(view, stopped=stopped)


def watch(view: DocumentView) -> None:
    """Asks for the part in sight, and runs the page anew once more is read."""
    if not view.being_read or view.progress is None:
        return
    reader = context.part_reader()
    problem = reader.problem(view.document_id)
    if problem is None:
        _glance(view.document_id, len(view.progress.unread), _visible_start(view))
        return
    st.warning(
        f"The model stopped after {view.progress.read:,} of {view.progress.sentences:,} "
        f"sentences: {literal(problem)}",
        icon=":material/warning:",
    )
    if st.button("Read the rest again", icon=":material/refresh:"):
        reader.retry(view.document_id)
        st.rerun()


def _visible_start(view: DocumentView) -> int | None:
    """The first code point that the person sees; the browser is not trusted."""
    state = st.session_state.get(KEY)
    visible_start = state.get("visible") if state else None
    if not isinstance(visible_start, Mapping) or visible_start.get("doc_id") != view.document_id:
        return None
    offset = visible_start.get("offset")
    return offset if isinstance(offset, int) and 0 <= offset < len(view.text) else None


def _glance(document_id: int, parts: int, visible_start: int | None) -> None:
    first = st.session_state.get(_GLANCED) != document_id
    context.part_reader().request(document_id, visible_start)
    st.session_state[_GLANCED] = document_id
    (_look_often if first else _look_later)(document_id, parts)


_GLANCED = "long document read from"


def _look(document_id: int, parts: int) -> None:
    app = context.create()
    if (
        by_parts.parts_left(app.sessions, document_id) < parts
        or context.part_reader().problem(document_id) is not None
    ):
        st.rerun()
    context.part_reader().request(document_id)


_look_often = st.fragment(_look, run_every=FIRST)
_look_later = st.fragment(_look, run_every=LATER)
