"""The Export page: a format, a preview, what the format cannot hold, the file."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from app.services.interchange import ExportReport, export
from app.state import Desk
from app.views.wording import SPLIT, count
from storage.formats import EXPORT_FORMATS, FORMATS
from storage.formats.registry import ZIP
from storage.records import LostEntity
from storage.vocabulary import Split

PREVIEW_LINES = 16
PREVIEW_ENDS = 220
"""Characters shown of a long line's beginning and of its end."""
LOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Exported:
    content: bytes
    report: ExportReport


def choose() -> tuple[str, tuple[Split, ...]]:
    """Asks for the format and for which of the submitted documents."""
    left, right = st.columns([3, 2], gap="large", vertical_alignment="top")
    chosen: str = left.selectbox(
        "Format", EXPORT_FORMATS, format_func=lambda name: FORMATS[name].title, key="export_format"
    )
    left.caption(FORMATS[chosen].holds)
    splits: dict[str, tuple[Split, ...]] = {
        "All submitted": (),
        "For training": ("train", "dev"),
        f"{SPLIT['control']}": ("control",),
    }
    which = right.segmented_control(
        "Documents", list(splits), default="All submitted", required=True, key="export_splits"
    )
    return chosen, splits.get(str(which), ())


def written(desk: Desk, project_id: int, format: str, splits: Sequence[Split]) -> Exported:
    out = io.BytesIO()
    report = export(desk.sessions, project_id, format, out, splits=splits)
    return Exported(out.getvalue(), report)


def offer(exported: Exported, project: str) -> None:
    """The download, what is in it, and how it begins."""
    report = exported.report
    format = FORMATS[report.format]
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.download_button(
            f"Download {format.suffix}",
            exported.content,
            file_name=f"{file_stem(project)}{format.suffix}",
            mime=format.mime,
            type="primary",
            icon=":material/download:",
            on_click="ignore",
            key="download",
        )
        said = (
            f"{count(report.documents, 'document')} · "
            f"{count(report.entities, 'entity', 'entities')} · {_size(len(exported.content))}"
        )
        if report.unsubmitted:
            said += f" · {count(report.unsubmitted, 'document')} not submitted yet, left out"
        st.caption(said, width="content")
    _losses(report)
    if format.mime == ZIP:
        st.caption("An archive has no preview.")
        return
    st.markdown("**The file begins**")
    st.code(preview(exported.content), language=None, wrap_lines=report.format == "jsonl")


def preview(content: bytes) -> str:
    """The first lines of a text file, long ones cut in their middle."""
    lines = content[: PREVIEW_LINES * 20_000].decode("utf-8", "replace").split("\n")
    return "\n".join(map(_middle_cut, lines[:PREVIEW_LINES])) + (
        "\n…" if len(lines) > PREVIEW_LINES else ""
    )


def _middle_cut(line: str) -> str:
    if len(line) <= 2 * PREVIEW_ENDS:
        return line
    return f"{line[:PREVIEW_ENDS]} … {line[-PREVIEW_ENDS:]}"


def file_stem(project: str) -> str:
    """A project's name as a file's name on any system."""
    return re.sub(r"[^\w.-]+", "-", project).strip("-.")[:80] or "export"


def _losses(report: ExportReport) -> None:
    if report.textless:
        st.info(
            f"This format holds text alone: {count(report.textless, 'entity', 'entities')} "
            "not written.",
            icon=":material/info:",
        )
    _lost(
        report.nested,
        "overlapping a longer one and left out: this format is flat. The outermost are in it; "
        "take JSON lines to keep all",
    )
    _lost(
        report.unaligned,
        "not beginning and ending where words do and left out. Take JSON lines to keep all",
    )


def _lost(entities: Sequence[LostEntity], why: str) -> None:
    if not entities:
        return
    st.warning(f"{count(len(entities), 'entity', 'entities')} {why}.", icon=":material/warning:")
    with st.expander("Which ones"):
        rows = [
            {"Document": each.document, "Label": each.label, "Text": each.text, "Start": each.start}
            for each in entities[:LOST_SHOWN]
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Entities that are left out")
        if len(entities) > LOST_SHOWN:
            st.caption(f"The first {LOST_SHOWN} of {len(entities):,}.")


def _size(length: int) -> str:
    if length < 1000:
        return f"{length} bytes"
    return f"{length / 1000:,.0f} kB" if length < 1_000_000 else f"{length / 1e6:,.1f} MB"
