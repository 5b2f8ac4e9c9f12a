"""The trash: list what was deleted, and restore it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app.context import AppContext
from app.screens.common.wording import clipped, count, literal, moment
from app.services.operations import trash
from storage.records import TrashedItem

ROWS = 20


def recently_deleted(app: AppContext, project_id: int) -> None:
    """What lies in the project's trash, and deleted projects, each with a button to restore it."""
    found = trash.contents(app.sessions, project_id)
    if not found:
        st.info(
            "The trash is empty. Deleted projects, labels and documents stay here until you "
            "restore them.",
            icon=":material/delete:",
        )
        return
    st.caption(
        f"{count(len(found), 'deleted item')}. They are not listed, predicted, exported or "
        "trained on; each can be restored exactly as it was."
    )
    last = -(-len(found) // ROWS)
    number = min(int(st.session_state.get(_page_key(project_id), 1)), last)
    _rows(app, found[(number - 1) * ROWS : number * ROWS])
    if last > 1:
        st.pagination(last, key=_page_key(project_id))


def deleted_projects(app: AppContext) -> None:
    """Where there is no other project: those that can be restored."""
    _rows(app, trash.contents(app.sessions, 0)[:ROWS])


def _rows(app: AppContext, found: Sequence[TrashedItem]) -> None:
    for item in found:
        kind, name, since, way_back = st.columns([1, 4, 2, 1], vertical_alignment="center")
        kind.markdown(item.kind.capitalize())
        name.markdown(literal(clipped(item.name, 80)) or f"{item.kind} {item.id}")
        since.caption(f"deleted {moment(item.deleted_at)}")
        if way_back.button("Restore", key=f"restore_{item.kind}_{item.id}", type="tertiary"):
            trash.restore(app.sessions, item.kind, item.id, app.person)
            st.toast(f"{item.kind.capitalize()} restored.", icon=":material/restore_from_trash:")
            st.rerun()


def _page_key(project_id: int) -> str:
    return f"bin_page_{project_id}"
