"""Which format, and which documents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import streamlit as st

from app.context import AppContext
from app.screens.common.wording import SPLIT
from storage.enums import Split
from storage.formats import EXPORT_FORMATS, FORMATS
from storage.repository import projects
from storage.repository.export_selection import Selection, people

SUBMITTED: dict[str, tuple[Split, ...]] = {
    "All submitted": (),
    "For training": ("train", "dev"),
    f"{SPLIT['holdout']}": ("holdout",),
}


def choose(app: AppContext, project_id: int) -> tuple[str, Selection]:
    """Asks for the format and for which of the documents."""
    left, right = st.columns([3, 2], gap="large", vertical_alignment="top")
    format: str = left.selectbox(
        "Format", EXPORT_FORMATS, format_func=lambda name: FORMATS[name].title, key="export_format"
    )
    left.caption(FORMATS[format].holds)
    which = right.segmented_control(
        "Documents", list(SUBMITTED), default="All submitted", required=True, key="export_splits"
    )
    with app.sessions() as session:
        labels = [label.name for label in projects.labels(session, project_id)]
        persons = people(session, project_id)
    with right.popover("More filters", icon=":material/filter_alt:"):
        selection = _filters(SUBMITTED.get(str(which), ()), labels, persons, format)
    return format, selection


def _filters(
    splits: tuple[Split, ...], labels: Sequence[str], persons: Sequence[str], format: str
) -> Selection:
    chosen_labels = st.multiselect(
        "Only these labels", labels, key="export_labels", placeholder="all"
    )
    chosen_people = st.multiselect(
        "Only submitted by", persons, key="export_people", placeholder="anybody"
    )
    since: date | None = st.date_input("Submitted from", value=None, key="export_since")
    until: date | None = st.date_input("Submitted until", value=None, key="export_until")
    undecided = st.checkbox(
        "Also documents that nobody has submitted",
        key="export_undecided",
        help="As far as they are: with a draft, with suggestions, or with neither.",
    )
    history = format == "jsonl" and st.checkbox(
        "With their history",
        key="export_history",
        help="Earlier answers of models and people, and every action.",
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
