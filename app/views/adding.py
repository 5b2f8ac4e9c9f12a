"""New documents: files, pasted text, and the report of what came in."""

from __future__ import annotations

import streamlit as st

from app.services.interchange import ImportReport, import_file
from app.state import Desk
from app.views.wording import clipped, count, literal
from storage.engine import writing
from storage.repository import documents

SUFFIXES = ["txt", "jsonl", "json", "ndjson", "conll", "bio", "iob", "bioes"]
BAD_SHOWN = 20


def add_documents(desk: Desk, project_id: int) -> None:
    files, pasted = st.columns(2, gap="large")
    with files:
        _upload(desk, project_id)
    with pasted:
        _paste(desk, project_id)


def _upload(desk: Desk, project_id: int) -> None:
    with st.form("upload", clear_on_submit=True):
        st.markdown("**Files**")
        chosen = st.file_uploader(
            "Files",
            type=SUFFIXES,
            accept_multiple_files=True,
            key="files",
            label_visibility="collapsed",
        )
        st.caption(
            "Plain text (one document a file), JSON lines, or CoNLL columns. Texts are kept "
            "exactly; a text that the project has already is not added twice."
        )
        review = st.checkbox(
            "Review the entities in the files",
            help="They come in as suggestions to decide on. Otherwise they count as a person's.",
        )
        sentences = st.checkbox(
            "One document a sentence",
            help="Long texts in small pieces: the order of the queue then chooses sentences.",
        )
        if st.form_submit_button("Add files", icon=":material/upload:"):
            if not chosen:
                st.warning("Choose one or more files first.")
            for file in chosen:
                _take(desk, project_id, file.getvalue(), file.name, review, sentences)


def _take(
    desk: Desk, project_id: int, content: bytes, name: str, review: bool, sentences: bool
) -> None:
    try:
        report = import_file(
            desk.sessions,
            project_id,
            content,
            name=name,
            person=desk.person,
            as_suggestions=review,
            sentences=sentences,
        )
    except (ValueError, OSError) as error:
        st.error(f"**{literal(name)}** could not be read: {literal(str(error))}")
        return
    _show(report, name)


def _show(report: ImportReport, name: str) -> None:
    parts = [f"{count(report.added, 'document')} added"]
    if report.entities:
        parts.append(count(report.entities, "entity", "entities"))
    if report.duplicates:
        parts.append(f"{report.duplicates:,} in the project already")
    if report.bad:
        parts.append(f"{count(len(report.bad), 'record')} could not be read")
    line = f"**{literal(name)}**: {' · '.join(parts)}."
    if report.labels_created:
        line += f" New labels: {', '.join(map(literal, report.labels_created))}."
    if report.bad:
        reasons = [f"- line {bad.line:,}: {literal(bad.reason)}" for bad in report.bad[:BAD_SHOWN]]
        if len(report.bad) > BAD_SHOWN:
            reasons.append(f"- and {len(report.bad) - BAD_SHOWN:,} more")
        st.warning("\n".join([line, "", *reasons]), icon=":material/warning:")
    elif report.added:
        st.success(line, icon=":material/check_circle:")
    else:
        st.info(line, icon=":material/info:")


def _paste(desk: Desk, project_id: int) -> None:
    with st.form("paste"):
        st.markdown("**Pasted text**")
        name = st.text_input("Name", key="pasted_name", placeholder="optional", max_chars=200)
        text = st.text_area("Text", key="pasted_text", height=150)
        if not st.form_submit_button("Add text", icon=":material/add:"):
            return
        if not text.strip():
            st.warning("Paste or type a text first.")
            return
        with writing(desk.sessions) as session:
            added = documents.add(
                session, project_id, name=name.strip() or clipped(text, 48), text=text
            )
            title = literal(added.name) if added else ""
        if added is None:
            st.info("The project has this very text already.", icon=":material/info:")
        else:
            st.success(f"**{title}** added.", icon=":material/check_circle:")
