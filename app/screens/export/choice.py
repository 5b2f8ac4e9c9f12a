"""Which format, and which documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import streamlit as st

from app.context import AppContext
from app.screens.common.wording import SPLIT, count
from app.screens.documents.chosen import EXPORTED
from app.services.interchange.exporting import Filters, filters
from storage.enums import Split
from storage.formats import EXPORT_FORMATS, FORMATS
from storage.records import Selection

SUBMITTED: dict[str, tuple[Split, ...]] = {
    "All submitted": (),
    "For training": ("train", "dev"),
    f"{SPLIT['holdout']}": ("holdout",),
}


def choose_export(app: AppContext, project_id: int) -> tuple[str, Selection]:
    """Asks for the format and for which of the documents."""
    left, right = st.columns([3, 2], gap="large", vertical_alignment="top")
    format: str = left.selectbox(
        "Format", EXPORT_FORMATS, format_func=lambda name: FORMATS[name].title, key="export_format"
    )
    left.caption(FORMATS[format].holds)
    which = right.segmented_control(
        "Documents",
        list(SUBMITTED),
        default="All submitted",
        required=True,
        key=f"export_splits_{project_id}",
    )
    offered = filters(app.sessions, project_id)
    with right.container(horizontal=True, vertical_alignment="center"):
        with st.popover("More filters", icon=":material/filter_alt:"):
            selection = _filters(SUBMITTED.get(str(which), ()), offered, format, project_id)
        if number := _number(selection):
            st.caption(f"{number} set")
    return format, replace(selection, documents=_chosen(project_id))


def _chosen(project_id: int) -> tuple[int, ...]:
    """The documents that were chosen in the list, until they are dropped; none: all."""
    of_project, numbers = st.session_state.get(EXPORTED, (None, ()))
    if of_project != project_id or not numbers:
        return ()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(
            f"Only the {count(len(numbers), 'document')} selected on the Documents page.",
            icon=":material/checklist:",
        )
        st.button("All documents", icon=":material/close:", on_click=_drop, key="drop chosen")
    return tuple(numbers)


def _drop() -> None:
    st.session_state.pop(EXPORTED, None)


def _number(selection: Selection) -> int:
    """How many of the filters that are folded away let less, or more, through than at first."""
    narrowed = (selection.labels, selection.people, selection.since, selection.until)
    return sum(map(bool, (*narrowed, selection.undecided, selection.history)))


def _filters(
    splits: tuple[Split, ...], offered: Filters, format: str, project_id: int
) -> Selection:
    """Asks for what narrows the choice; a project has its own answers."""
    chosen_labels = st.multiselect(
        "Labels", offered.labels, key=f"export_labels_{project_id}", placeholder="all"
    )
    chosen_people = st.multiselect(
        "Submitted by", offered.people, key=f"export_people_{project_id}", placeholder="anybody"
    )
    since: date | None = st.date_input(
        "Submitted from", value=None, key=f"export_since_{project_id}"
    )
    until: date | None = st.date_input(
        "Submitted until", value=None, key=f"export_until_{project_id}"
    )
    undecided = st.checkbox(
        "Include unsubmitted documents",
        key=f"export_undecided_{project_id}",
        help="In their present state: with a draft, with suggestions, or with neither.",
    )
    history = format == "jsonl" and st.checkbox(
        "Include history",
        key=f"export_history_{project_id}",
        help="Earlier versions by models and people, and every action.",
    )
    return Selection(
        splits=splits,
        labels=tuple(chosen_labels),
        people=tuple(chosen_people),
        since=_midnight(since) if since else None,
        until=_midnight(until + timedelta(days=1)) if until else None,
        undecided=undecided,
        history=history,
    )


def _midnight(day: date) -> datetime:
    """The beginning of a day in UTC."""
    return datetime.combine(day, time(), UTC)
