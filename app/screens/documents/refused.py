"""Requests of Label Studio and INCEpTION that were refused; neither tool shows them."""

from __future__ import annotations

import streamlit as st

from app.context import AppContext
from app.screens.common.wording import count, literal, moment
from app.services.interchange import refusals
from app.services.interchange.refusals import Refusal

_SHOWN = 5
"""Reasons, the newest first; the log has all."""


def refused_by_project(app: AppContext, project_id: int) -> None:
    """A warning with each reason, until somebody has seen it."""
    found = refusals.of_project(app.sessions, project_id)
    if not found:
        return
    rows = [_row(refusal) for refusal in found[:_SHOWN]]
    if len(found) > _SHOWN:
        rows.append(f"{len(found) - _SHOWN} more reasons are in the server’s log.")
    st.warning(
        "Some of what other tools sent was refused:\n\n"
        + "\n".join(f"- {literal(row)}" for row in rows),
        icon=":material/sync_problem:",
    )
    st.button(
        "Dismiss",
        on_click=refusals.dismiss,
        args=(app.sessions, project_id),
        key="dismiss refusals",
    )


def _row(refusal: Refusal) -> str:
    times = count(refusal.number, "time")
    return f"{refusal.tool}, {times}, last {moment(refusal.last)}: {refusal.reason}"
