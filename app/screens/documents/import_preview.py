"""A preview of a file's documents and of what an import would do, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
import streamlit as st

from app.context import AppContext
from app.screens.common.error_message import error_text
from app.screens.common.wording import clipped, count, literal
from app.screens.documents import column_choice, import_choices
from app.services.interchange.preview import Preview, previewing
from app.services.interchange.read_records import ImportReport, Incoming
from app.services.interchange.report_lines import changes, losses
from storage.formats import COLUMNS, FORMATS, EncodingCandidate, likely_encodings
from storage.formats.detection import TEXT
from storage.records import DocumentRecord

LOOKED_AT = 2_000
"""Records of a file that are read for its preview."""
LABELS_SHOWN = 12
BAD_SHOWN = 5
ENTITIES_SHOWN = 6
KEPT = 20
"""Previews of a session that are not read anew."""
_KEY = "previews"


@dataclass(slots=True)
class _Inspection:
    """A preview, or why there is none, and the encodings that the file may be in."""

    preview: Preview = field(default_factory=Preview)
    problem: str = ""
    candidates: Sequence[EncodingCandidate] = ()


def show(app: AppContext, project_id: int, incoming: Incoming, file_id: str) -> ImportReport:
    """Shows the first documents of a file, its labels, and how much of it is known already; asks
    for its encoding where it is not UTF-8. Returns what an import would say."""
    inspection = _inspected(app, project_id, incoming, file_id)
    if inspection.problem:
        st.error(f"**{literal(incoming.name)}**: {inspection.problem}")
    elif inspection.preview.documents or incoming.encoding or not inspection.candidates:
        _show(inspection.preview, incoming.name)
        if inspection.preview.report.format == COLUMNS:
            column_choice.ask(incoming, file_id)
    if inspection.candidates:
        import_choices.ask_encoding(incoming.name, file_id, inspection.candidates)
    return inspection.preview.report


def _show(preview: Preview, name: str) -> None:
    report = preview.report
    unreadable = report.bad_count - report.contradictions
    parts = [
        *([FORMATS[report.format].title] if preview.documents or report.format != TEXT else []),
        f"{report.added:,} new",
        *([count(report.duplicates, "duplicate")] if report.duplicates else []),
        *([f"{unreadable:,} unreadable"] if unreadable else []),
    ]
    looked = "" if report.done else f" (the first {preview.documents + report.bad_count:,} records)"
    st.markdown(f"**{literal(name)}** – {' · '.join(parts)}{looked}")
    if preview.labels:
        st.caption(_labels(preview))
    for line in losses(report):
        st.caption(f"⚠ {line}")
    for note in report.note_lines():
        st.caption(literal(note))
    for line in changes(report):
        st.caption(line)
    for bad in report.bad[:BAD_SHOWN]:
        st.caption(f"⚠ line {bad.line:,}: {literal(bad.reason)}")
    if preview.first:
        st.dataframe(
            pd.DataFrame([_row(record) for record in preview.first]),
            hide_index=True,
            alt="The file’s first documents with their entities",
        )


def forget() -> None:
    """What was known of the project is true no longer."""
    st.session_state.pop(_KEY, None)


def _inspected(app: AppContext, project_id: int, incoming: Incoming, file_id: str) -> _Inspection:
    """What a file holds, read once for each file and choice and not at every click."""
    inspections: dict[Any, _Inspection] = st.session_state.setdefault(_KEY, {})
    key = (project_id, file_id, replace(incoming, source=b""))
    if key not in inspections:
        if len(inspections) >= KEPT:
            inspections.clear()
        inspections[key] = _read(app, project_id, incoming)
    return inspections[key]


def _read(app: AppContext, project_id: int, incoming: Incoming) -> _Inspection:
    inspection = _Inspection()
    try:
        for inspection.preview in previewing(app.sessions, project_id, incoming):
            if inspection.preview.documents + inspection.preview.report.bad_count >= LOOKED_AT:
                break
    except (ValueError, OSError) as error:
        inspection.problem = error_text(error)
    if inspection.problem or inspection.preview.report.bad or incoming.encoding:
        inspection.candidates = likely_encodings(incoming.source)
    return inspection


def _labels(preview: Preview) -> str:
    new = set(preview.report.labels_created)
    shown = preview.labels.most_common(LABELS_SHOWN)
    parts = [f"{literal(label)} {n:,}" + (" (new)" if label in new else "") for label, n in shown]
    if len(preview.labels) > LABELS_SHOWN:
        parts.append(f"and {count(len(preview.labels) - LABELS_SHOWN, 'label')} more")
    return "Entities: " + " · ".join(parts)


def _row(record: DocumentRecord) -> dict[str, str]:
    entities = record.entities
    named = [
        f"{clipped(record.text[span.start : span.end], 40)} ({span.label})"
        for span in (entities or ())[:ENTITIES_SHOWN]
    ]
    more = len(entities or ()) - len(named)
    names = ", ".join(named) + (f" and {more} more" if more else "")
    return {
        "Name": clipped(record.name, 60),
        "Text": clipped(record.text[:200], 120),
        "Entities": "not annotated" if entities is None else names or "none",
    }
