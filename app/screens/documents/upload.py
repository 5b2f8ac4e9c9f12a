"""New documents: files with a preview, and pasted text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from app.context import AppContext
from app.screens.common.error_message import error_text
from app.screens.common.wording import clipped, count, literal
from app.screens.documents import (
    column_choice,
    import_choices,
    import_preview,
    import_report,
)
from app.services.interchange.importing import add_text, importing
from app.services.interchange.read_records import ImportReport, Incoming
from app.web import uploads
from storage.database_errors import StorageError
from storage.formats import COLUMNS, FORMATS, IMPORT_FORMATS

AUTO = "auto"
LOOKED_INTO = 3
"""Files that are looked into before they come in."""
_TROUBLE = (ValueError, OSError, StorageError)


@dataclass(frozen=True, slots=True)
class Options:
    format: str
    as_suggestions: bool
    sentences: bool

    def incoming(self, file: Any, person: str) -> Incoming:
        return Incoming(
            file.getvalue(),
            file.name,
            format=self.format,
            person=person,
            as_suggestions=self.as_suggestions,
            sentences=self.sentences,
            columns=column_choice.chosen(file.file_id) if self.format in (AUTO, COLUMNS) else None,
            same_text=import_choices.same_text(),
            encoding=import_choices.encoding(file.file_id),
            submit_empty=import_choices.submits_empty(),
        )


def add_documents(app: AppContext, project_id: int) -> None:
    files, pasted = st.columns([3, 2], gap="large")
    with files:
        _upload(app, project_id)
    with pasted:
        _paste(app, project_id)


def _upload(app: AppContext, project_id: int) -> None:
    st.markdown("**Files**")
    imports = st.session_state.setdefault("imports", 0)
    uploads.show()
    chosen = st.file_uploader(
        "Files",
        accept_multiple_files=True,
        key=f"files {imports}",  # another key is an empty uploader
        label_visibility="collapsed",
    )
    st.caption(
        "Texts are kept exactly as they are; duplicates are not added. The format is detected "
        "from the file’s name and content."
    )
    options = _options()
    if not chosen:
        import_report.show()
        return
    adding = st.empty()
    with adding.container():
        reports = [
            import_preview.show(app, project_id, options.incoming(file, app.person), file.file_id)
            for file in chosen[:LOOKED_INTO]
        ]
        if len(chosen) > LOOKED_INTO:
            st.caption(f"And {count(len(chosen) - LOOKED_INTO, 'file')} more.")
        import_choices.ask(reports)
        wanted = st.button("Add files", icon=":material/upload:", type="primary", key="add_files")
    if wanted:
        with adding.container():
            _import(app, project_id, chosen, options)
        uploads.forget(chosen)
        st.session_state["imports"] = imports + 1
        st.rerun()
    import_report.show()


def _options() -> Options:
    review = st.checkbox(
        "Review the entities in the files",
        key="import_review",
        help="Import them as suggestions to decide on. Otherwise they count as a person’s "
        "annotations.",
    )
    sentences = st.checkbox(
        "One document per sentence",
        key="import_sentences",
        help="Cuts long texts into sentences, so that the queue orders sentences.",
    )
    format = st.selectbox(
        "Format",
        [AUTO, *IMPORT_FORMATS],
        format_func=lambda name: "Detect automatically" if name == AUTO else FORMATS[name].title,
        key="import_format",
    )
    return Options(format, review, sentences)


def _import(app: AppContext, project_id: int, files: Sequence[Any], options: Options) -> None:
    """Adds the files one after the other. A click on Cancel, or on anything else, breaks it off:
    what has come in stays, and `imported.show` tells how far it came."""
    st.button("Cancel", icon=":material/stop:", key="stop_import")
    st.caption(
        "Stay on this page until the import is done. Documents imported so far are kept if you "
        "cancel."
    )
    bar = st.progress(0.0)
    import_report.forget()
    import_preview.forget()
    for file in files:
        outcome = import_report.begin(file.name)
        try:
            for report in importing(app.sessions, project_id, options.incoming(file, app.person)):
                outcome.report = report
                bar.progress(_share(report), f"{literal(file.name)}: {_so_far(report)}")
        except _TROUBLE as error:
            outcome.problem = error_text(error)


def _share(report: ImportReport) -> float:
    return min(1.0, report.read / report.size) if report.size else 1.0


def _so_far(report: ImportReport) -> str:
    line = f"{count(report.added, 'document')} added"
    return f"{line}, {report.duplicates:,} duplicates" if report.duplicates else line


def _paste(app: AppContext, project_id: int) -> None:
    with st.form("paste"):
        st.markdown("**Pasted text**")
        name = st.text_input("Name", key="pasted_name", placeholder="optional", max_chars=200)
        text = st.text_area("Text", key="pasted_text", height=150)
        if not st.form_submit_button("Add text", icon=":material/add:"):
            return
        if not text.strip():
            st.warning("Paste or type a text first.")
            return
        title = name.strip() or clipped(text, 48)
        try:
            added = add_text(app.sessions, project_id, title, text)
        except _TROUBLE as error:
            st.error(error_text(error))
            return
        if added:
            st.success(f"**{literal(title)}** added.", icon=":material/check_circle:")
        else:
            st.info("Duplicate: already in this project or its trash.", icon=":material/info:")
