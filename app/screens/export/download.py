"""Create the exported file, preview it, and offer it for download with its manifest."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from app.context import AppContext
from app.screens.common.wording import count
from app.screens.export.losses import losses
from app.services.interchange.exporting import ExportReport, Stream, expected, export
from app.services.interchange.manifest import SUFFIX, as_bytes, manifest
from app.services.operations.projects import ProjectView
from storage.formats import FORMATS
from storage.formats.registry import ZIP
from storage.records import Selection

AT_ONCE = 1_000
"""Documents up to which the file is made without being asked for: it takes no time."""
KEPT = 86_400
"""Seconds after which a file that was made may be deleted."""
PREVIEW_LINES = 16
PREVIEW_ENDS = 220
"""Characters shown of a long line's beginning and of its end."""
EVERY = 250
"""Documents between two moves of the bar."""


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file that was made for this session, and what it was made from."""

    project_id: int
    format: str
    selection: Selection
    path: Path
    name: str
    """What it is called when it is downloaded."""
    report: ExportReport
    manifest: bytes


def exported_file(
    app: AppContext, project: ProjectView, format: str, selection: Selection
) -> ExportedFile | None:
    """The file of this choice: made at once where it is small, else when it is asked for."""
    documents = expected(app.sessions, project.id, selection)
    if documents <= AT_ONCE:
        return _make(app, project, format, selection)
    exported: ExportedFile | None = st.session_state.get("made_export")
    if exported and (exported.project_id, exported.format, exported.selection) != (
        project.id,
        format,
        selection,
    ):
        exported = None
    if exported is None:
        st.caption(
            f"Up to {count(documents, 'document')}. Stay on this page while the file is created."
        )
    label, icon = ("Create file", "save") if exported is None else ("Create again", "refresh")
    if st.button(label, icon=f":material/{icon}:", key="make_export"):
        return _make(app, project, format, selection)
    return exported


def offer_download(file: ExportedFile) -> None:
    """The download, what is in it, and how it begins."""
    report = file.report
    if not report.written.documents:
        st.info("No matching documents: nothing to export.", icon=":material/filter_alt:")
        return
    format = FORMATS[report.format]
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.download_button(
            f"Download {format.suffix}",
            file.path.read_bytes,
            file_name=file.name,
            mime=format.content_type,
            type="primary",
            icon=":material/download:",
            on_click="ignore",
            key="download",
        )
        st.download_button(
            "Manifest",
            file.manifest,
            file_name=f"{file.name}{SUFFIX}",
            mime="application/json",
            icon=":material/receipt_long:",
            on_click="ignore",
            key="download_manifest",
            help="Describes the file: counts, filters, schema, models and its SHA-256.",
        )
        written = report.written
        line = (
            f"{count(written.documents, 'document')} · "
            f"{count(written.entities, 'entity', 'entities')} · {_size(file.path.stat().st_size)}"
        )
        if report.undecided_left_out:
            line += f" · {count(report.undecided_left_out, 'document')} not submitted, left out"
        st.caption(line, width="content")
    losses(report)
    if format.content_type == ZIP:
        st.caption("No preview for archives.")
        return
    st.markdown("**Preview**")
    with file.path.open("rb") as content:
        beginning = content.read(PREVIEW_LINES * 20_000)
    st.code(preview(beginning), language=None, wrap_lines=report.format == "jsonl")


def preview(content: bytes) -> str:
    """The first lines of a text file, long ones cut in their middle."""
    lines = content.decode("utf-8", "replace").split("\n")
    return "\n".join(map(_middle_cut, lines[:PREVIEW_LINES])) + (
        "\n…" if len(lines) > PREVIEW_LINES else ""
    )


def file_stem(project: str) -> str:
    """A project's name as a file's name on any system."""
    return re.sub(r"[^\w.-]+", "-", project).strip("-.")[:80] or "export"


def _make(app: AppContext, project: ProjectView, format: str, selection: Selection) -> ExportedFile:
    """Writes the file into the data folder. A click on anything breaks it off."""
    suffix = FORMATS[format].suffix
    path = _folder(app.settings.data / "exports") / f"export{suffix}"
    place_for_bar = st.empty()

    def watch(report: ExportReport, documents: Stream) -> Stream:
        for document in documents:
            if report.passed % EVERY == 0:
                share = min(1.0, report.passed / max(1, report.expected))
                place_for_bar.progress(share, f"{count(report.passed, 'document')} written")
            yield document

    report = export(app.sessions, project.id, format, path, selection, watch)
    place_for_bar.empty()
    name = f"{file_stem(project.name)}{suffix}"
    described = as_bytes(manifest(app.sessions, project.id, report, path, name))
    result = ExportedFile(project.id, format, selection, path, name, report, described)
    st.session_state["made_export"] = result
    return result


def _folder(exports: Path) -> Path:
    """This session's own folder; those of sessions long gone are cleared away."""
    name: str = st.session_state.setdefault("export_folder", secrets.token_hex(16))
    file = exports / name
    file.mkdir(parents=True, exist_ok=True)
    for folder in exports.iterdir():
        with suppress(FileNotFoundError):  # another session has cleared it away just now
            if folder != file and time.time() - folder.stat().st_mtime > KEPT:
                shutil.rmtree(folder, ignore_errors=True)
    return file


def _middle_cut(line: str) -> str:
    if len(line) <= 2 * PREVIEW_ENDS:
        return line
    return f"{line[:PREVIEW_ENDS]} … {line[-PREVIEW_ENDS:]}"


def _size(length: int) -> str:
    if length < 1000:
        return f"{length} bytes"
    return f"{length / 1000:,.0f} kB" if length < 1_000_000 else f"{length / 1e6:,.1f} MB"
