"""The report on the files that were added last, shown until others are chosen."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

import streamlit as st

from app.screens.common.wording import count, literal
from app.services.interchange.read_records import ImportReport
from app.services.interchange.report_lines import changes, losses
from storage.formats.table import not_a_formula
from storage.records import BadRecord

BAD_SHOWN = 20
LABELS_SHOWN = 30
_KEY = "import_outcomes"


@dataclass(slots=True)
class Outcome:
    """One file: how far it came, and what broke it off, if anything did."""

    name: str
    report: ImportReport | None = None
    problem: str = ""


def begin(name: str) -> Outcome:
    outcome = Outcome(name)
    st.session_state.setdefault(_KEY, []).append(outcome)
    return outcome


def forget() -> None:
    st.session_state.pop(_KEY, None)


def show() -> None:
    for number, outcome in enumerate(st.session_state.get(_KEY, [])):
        if outcome.problem:
            st.error(f"**{literal(outcome.name)}**: {outcome.problem}")
        if outcome.report is not None:
            _show(outcome.report, outcome, number)


def _show(report: ImportReport, outcome: Outcome, number: int) -> None:
    line = f"**{literal(outcome.name)}**: {' · '.join(_parts(report))}."
    if report.broken_off:
        line += (
            f" The import stopped at line {report.broken_off.line:,}, and nothing after it was "
            f"read: {literal(report.broken_off.reason)}. Fix the file and add it again: documents "
            "already imported are skipped."
        )
    elif not report.done:
        line += (
            " The import stopped: add the file again, and documents already imported are skipped."
        )
    labels = report.labels_created
    if labels:
        more = f" and {len(labels) - LABELS_SHOWN:,} more" if len(labels) > LABELS_SHOWN else ""
        line += f" New labels: {', '.join(map(literal, labels[:LABELS_SHOWN]))}{more}."
    line += "".join(f" {lost}." for lost in losses(report))
    line += "".join(f" {literal(note)}." for note in report.note_lines())
    line += "".join(f" {changed}." for changed in changes(report))
    if report.bad:
        reasons = [f"- line {bad.line:,}: {literal(bad.reason)}" for bad in report.bad[:BAD_SHOWN]]
        if report.bad_count > BAD_SHOWN:
            reasons.append(f"- and {report.bad_count - BAD_SHOWN:,} more")
        st.warning("\n".join([line, "", *reasons]), icon=":material/warning:")
        st.download_button(
            "Bad records (CSV)",
            as_csv(report.bad),
            file_name="bad-records.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key=f"bad_records {number}",
        )
    elif not report.done or report.differing:
        st.warning(line, icon=":material/warning:")
    elif report.added or report.merged:
        st.success(line, icon=":material/check_circle:")
    else:
        st.info(line, icon=":material/info:")


def _parts(report: ImportReport) -> list[str]:
    parts = [f"{count(report.added, 'document')} added"]
    if report.entities:
        parts.append(count(report.entities, "entity", "entities"))
    if report.duplicates:
        parts.append(count(report.duplicates, "duplicate"))
    if unreadable := report.bad_count - report.contradictions:
        parts.append(f"{count(unreadable, 'record')} could not be read")
    return parts


def as_csv(bad: Iterable[BadRecord]) -> bytes:
    """Lines and reasons. A reason quotes the file, so that no cell may begin a formula."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["line", "reason"])
    rows.writerows([record.line, not_a_formula(record.reason)] for record in bad)
    return out.getvalue().encode()
