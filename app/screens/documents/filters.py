"""The list's filters: search and status in view, the others folded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import streamlit as st

from app.context import AppContext
from app.screens.common.wording import STATUS
from app.services.operations import documents
from storage.enums import DOCUMENT_STATUSES, DocumentStatus
from storage.records import DocumentFilter

OPEN = "filters open"
LABEL, PERSON, DATES, DOUBT, META_KEY, META_VALUE = KEYS = (
    "filter_label",
    "filter_person",
    "filter_dates",
    "filter_doubt",
    "filter_meta_key",
    "filter_meta_value",
)


def choose_filter(
    app: AppContext, project_id: int, counts: Mapping[DocumentStatus, int]
) -> DocumentFilter:
    """Draws the filters and returns what they let through."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        search = st.text_input(
            "Search",
            placeholder="Search names and texts",
            icon=":material/search:",
            key="search",
            persist_state="session",
            width=340,
        )
        options: list[DocumentStatus] = [name for name in DOCUMENT_STATUSES if counts[name]]
        chosen = st.pills(
            "Status",
            options,
            format_func=lambda name: f"{STATUS[name]} {counts[name]:,}",
            selection_mode="multi",
            key="statuses",
            persist_state="session",
            width="content",
        )
        number = sum(bool(st.session_state.get(key)) for key in KEYS if key != META_VALUE)
        if app.may(project_id, "review"):
            # With another title it would be another popover, which is closed.
            others = st.popover(
                "Filters", icon=":material/filter_alt:", key=OPEN, on_change="rerun"
            )
            if others.open:  # else nobody needs to know what there is
                with others:
                    _others(app, project_id)
            if number:
                st.caption(f"{number} set")
    since, until = _dates(st.session_state.get(DATES) or ())
    return DocumentFilter(
        statuses=tuple(name for name in options if name in chosen),
        search=search.strip(),
        label=st.session_state.get(LABEL) or "",
        person=st.session_state.get(PERSON) or "",
        since=since,
        until=until,
        least_doubt=(st.session_state.get(DOUBT) or 0) / 100,
        meta_key=st.session_state.get(META_KEY) or "",
        meta_value=(st.session_state.get(META_VALUE) or "").strip(),
    )


def _others(app: AppContext, project_id: int) -> None:
    offered = documents.filter_options(app.sessions, project_id)
    _choice("Label", offered.labels, LABEL, "any", "Marked or suggested in the document")
    _choice("Person", offered.people, PERSON, "anybody", "Annotated it, or was assigned it")
    no_days: Any = ()
    st.date_input(
        "Changed", no_days, key=DATES, persist_state="session", help="From and to, in UTC"
    )
    st.slider(
        "Model’s doubt, at least",
        0,
        100,
        step=5,
        format="%d %%",
        key=DOUBT,
        persist_state="session",
        help="Known for documents that the active model has processed for the queue",
    )
    _choice(
        "Metadata",
        offered.meta_keys,
        META_KEY,
        "any",
        "A key of the document’s metadata, such as tags",
    )
    st.text_input(
        "Its value contains",
        key=META_VALUE,
        persist_state="session",
        disabled=not st.session_state.get(META_KEY),
    )
    st.button(
        "Clear filters", icon=":material/filter_alt_off:", on_click=_clear, key="clear filters"
    )


def _choice(title: str, options: Sequence[str], key: str, empty: str, help: str) -> None:
    if st.session_state.get(key) not in (None, *options):
        st.session_state[key] = None  # another project has others
    st.selectbox(
        title, options, None, key=key, persist_state="session", placeholder=empty, help=help
    )


def _clear() -> None:
    for key in KEYS:
        st.session_state[key] = {DATES: (), DOUBT: 0, META_VALUE: ""}.get(key)


def _dates(chosen: Sequence[date]) -> tuple[datetime | None, datetime | None]:
    """From and until, of a range of which only the first day may be chosen yet."""
    since = _midnight(chosen[0]) if chosen else None
    until = _midnight(chosen[1] + timedelta(days=1)) if len(chosen) > 1 else None
    return since, until


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
