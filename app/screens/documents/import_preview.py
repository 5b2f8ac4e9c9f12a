"""What a file holds and what would become of it, before anything is written."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from app.context import AppContext
from app.screens.common.error_message import error_text
from app.screens.common.wording import clipped, count, literal
from app.screens.documents import column_choice
from app.services.interchange.preview import Preview, previewing
from app.services.interchange.read_records import Incoming
from storage.formats import COLUMNS, FORMATS
from storage.records import DocumentRecord

LOOKED_AT = 2_000
"""Records of a file that are read for its preview."""
LABELS_SHOWN = 12
BAD_SHOWN = 5
ENTITIES_SHOWN = 6
KEPT = 20
"""Previews of a session that are not read anew."""
_KEY = "previews"


def show(app: AppContext, project_id: int, incoming: Incoming, file_id: str) -> None:
    """Shows the first documents of a file, its labels, and how much of it is known already."""
    try:
        preview = _read(app, project_id, incoming, file_id)
    except (ValueError, OSError) as error:
        st.error(f"**{literal(incoming.name)}**: {error_text(error)}")
        return
    report = preview.report
    parts = [
        FORMATS[report.format].title,
        f"{report.added:,} new",
        *([f"{report.duplicates:,} already in the project"] if report.duplicates else []),
        *([f"{report.bad_count:,} unreadable"] if report.bad else []),
    ]
    looked = "" if report.done else f" (the first {preview.documents + report.bad_count:,} records)"
    st.markdown(f"**{literal(incoming.name)}** – {' · '.join(parts)}{looked}")
    if preview.labels:
        st.caption(_labels(preview))
    for note in report.note_lines():
        st.caption(literal(note))
    for bad in report.bad[:BAD_SHOWN]:
        st.caption(f":material/warning: line {bad.line:,}: {literal(bad.reason)}")
    if preview.first:
        st.dataframe(
            pd.DataFrame([_row(record) for record in preview.first]),
            hide_index=True,
            alt="The file’s first documents with their entities",
        )
    if report.format == COLUMNS:
        column_choice.ask(incoming, file_id)


def forget() -> None:
    """What was known of the project is true no longer."""
    st.session_state.pop(_KEY, None)


def _read(app: AppContext, project_id: int, incoming: Incoming, file_id: str) -> Preview:
    """The preview, read once for each file and choice and not at every click."""
    kept: dict[Any, Preview] = st.session_state.setdefault(_KEY, {})
    choices = (incoming.format, incoming.as_suggestions, incoming.sentences, incoming.columns)
    key = (project_id, file_id, *choices)
    if key not in kept:
        preview = Preview()
        for preview in previewing(app.sessions, project_id, incoming):
            if preview.documents + preview.report.bad_count >= LOOKED_AT:
                break
        if len(kept) >= KEPT:
            kept.clear()
        kept[key] = preview
    return kept[key]


def _labels(preview: Preview) -> str:
    new = set(preview.report.labels_created)
    shown = preview.labels.most_common(LABELS_SHOWN)
    said = [f"{literal(label)} {n:,}" + (" (new)" if label in new else "") for label, n in shown]
    if len(preview.labels) > LABELS_SHOWN:
        said.append(f"and {count(len(preview.labels) - LABELS_SHOWN, 'label')} more")
    return "Entities: " + " · ".join(said)


def _row(record: DocumentRecord) -> dict[str, str]:
    entities = record.entities
    named = [
        f"{clipped(record.text[span.start : span.end], 40)} ({span.label})"
        for span in (entities or ())[:ENTITIES_SHOWN]
    ]
    more = len(entities or ()) - len(named)
    said = ", ".join(named) + (f" and {more} more" if more else "")
    return {
        "Name": clipped(record.name, 60),
        "Text": clipped(record.text[:200], 120),
        "Entities": "not annotated" if entities is None else said or "none",
    }
