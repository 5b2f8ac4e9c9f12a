"""Model versions: old against new, and the person's decision which one suggests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app.context import AppContext
from app.screens.common.error_message import reason
from app.screens.common.wording import count, share_text
from app.services.model_registry.registry import ModelFolderError, ScoreRow, VersionView
from core.evaluation.metrics import UNDEFINED
from storage.enums import VersionState

FEW_ENTITIES = 100
"""Below this many held-out entities a difference of some points is chance."""
_SCORES = tuple(
    f"{which} {name}" for name in ("precision", "recall", "F1") for which in ("Old", "New")
)
_STATES: Mapping[VersionState, str] = {
    "active": "● active",
    "proposed": "○ proposed",
    "retired": "– retired",
}


def comparison(rows: Sequence[ScoreRow]) -> None:
    """Precision, recall and F1 of the old and the new model on the held-out documents."""
    if not rows:
        st.caption("This version was not evaluated here.")
        return
    total = rows[0]
    with st.container(horizontal=True, gap="medium"):
        for index, name in enumerate(("Precision", "Recall", "F1")):
            old, new = total.old[index], total.new[index]
            st.metric(
                name,
                share_text(new),
                delta=_delta(old, new),
                help=f"Old model: {share_text(old)}",
                border=True,
                width=220,
            )
    st.dataframe(
        pd.DataFrame([_cells(row) for row in rows]),
        hide_index=True,
        width="content",
        placeholder=UNDEFINED,
        alt="Scores of the old and the new model, overall and per label",
        column_config={name: st.column_config.NumberColumn(format="%.1f %%") for name in _SCORES},
    )
    if total.gold < FEW_ENTITIES:
        st.warning(
            f"Evaluated on only {count(total.gold, 'held-out entity', 'held-out entities')}: "
            "differences of a few points may be chance. Submit more held-out documents for a "
            "more reliable comparison.",
            icon=":material/balance:",
        )


def _delta(old: float | None, new: float | None) -> str | int | None:
    """None, drawn as nothing, where either is undefined."""
    if old is None or new is None:
        return None
    return f"{100 * (new - old):+.1f} points" if abs(new - old) >= 5e-4 else 0


def _cells(row: ScoreRow) -> dict[str, Any]:
    values = [
        None if share is None else 100 * share
        for pair in zip(row.old, row.new, strict=True)
        for share in pair
    ]
    return {
        "Label": "All" if row.label is None else row.label,
        "Entities": row.gold,
        **dict(zip(_SCORES, values, strict=True)),
    }


def promotion(app: AppContext, version: VersionView) -> None:
    """The button that makes a version the one that suggests."""
    if version.state == "active":
        st.success("This version now makes the suggestions.", icon=":material/check_circle:")
        return
    rows = version.comparison
    old, new = (rows[0].old[2], rows[0].new[2]) if rows else (None, None)
    worse = old is not None and new is not None and new < old
    if worse:
        st.warning(
            "The new model is worse than the old one on the held-out documents. Correct more "
            "documents before you promote one.",
            icon=":material/trending_down:",
        )
    if st.button(
        f"Promote version {version.id}",
        type="secondary" if worse else "primary",
        icon=":material/verified:",
        key=f"promote {version.id}",
        help="From then on, this version makes the suggestions. Annotations by people do not "
        "change.",
    ):
        _promote(app, version.id)


def versions(app: AppContext) -> None:
    """Every model version; any but the active one can be promoted, which is the way back."""
    every = app.models.versions()
    st.markdown("**Model versions**")
    st.dataframe(
        pd.DataFrame([_version_cells(version) for version in every]),
        hide_index=True,
        placeholder=UNDEFINED,
        alt="All model versions with state, labels and score",
        column_config={
            "Version": st.column_config.NumberColumn(width="small"),
            "F1, held out": st.column_config.NumberColumn(format="%.1f %%"),
            "Created": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
            "Labels": st.column_config.TextColumn(width="large"),
        },
    )
    others = {version.id: version for version in every if version.state != "active"}
    if not others:
        return
    with st.expander("Promote another version", icon=":material/history:"):
        chosen = st.selectbox(
            "Version",
            list(others),
            format_func=lambda key: f"{key} · {_STATES[others[key].state]}",
            key="other_version",
        )
        comparison(others[chosen].comparison)
        if st.button("Make active", key="promote other"):
            _promote(app, chosen)


def _promote(app: AppContext, version_id: int) -> None:
    try:
        app.models.promote(version_id)
    except (LookupError, ModelFolderError) as error:
        st.error(reason(error), icon=":material/error:")
        return
    st.rerun()


def _version_cells(version: VersionView) -> dict[str, Any]:
    rows = version.comparison
    f1 = rows[0].new[2] if rows else None
    return {
        "Version": version.id,
        "State": _STATES[version.state],
        "Trained from": version.parent_id,
        "F1, held out": None if f1 is None else 100 * f1,
        "Labels": ", ".join(version.labels),
        "Created": version.created_at,
    }
