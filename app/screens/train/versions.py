"""Model versions: old against new, and the person's decision which one suggests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from app.context import AppContext
from app.screens.common.wording import MOMENT, count, share_text
from app.screens.train import promotion
from app.services.model_registry.registry import ScoreRow, VersionView
from app.services.model_registry.significance import MARGIN, entities_needed, in_words
from core.evaluation.metrics import UNDEFINED
from storage.enums import VersionState

POINTS = f"±{100 * MARGIN:.0f} points"
_SCORES = tuple(
    f"{which} {name}" for name in ("precision", "recall", "F1") for which in ("Old", "New")
)
_MISSING = "Still needed"
_STATES: Mapping[VersionState, str] = {
    "active": "● active",
    "proposed": "○ proposed",
    "retired": "– retired",
}


def comparison(version: VersionView) -> None:
    """Precision, recall and F1 of the old and the new model on the held-out documents."""
    rows = version.comparison
    if not rows:
        st.caption(
            "This version was not evaluated here: there were no held-out documents when it came. "
            f"Knowing its F1 to {POINTS} needs about {entities_needed()} entities in them."
        )
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
        column_config={
            **{name: st.column_config.NumberColumn(format="%.1f %%") for name in _SCORES},
            _MISSING: st.column_config.NumberColumn(
                help=f"Held-out entities still needed for a 95 % interval of at most {POINTS}."
            ),
        },
    )
    if version.difference is not None:
        st.caption(
            in_words(version.difference, f"Version {version.parent_id}", f"Version {version.id}")
        )
    if total.gold < entities_needed():
        st.warning(
            f"Evaluated on only {count(total.gold, 'held-out entity', 'held-out entities')}: a "
            f"95 % interval of at most {POINTS} needs {entities_needed()}. Submit more held-out "
            "documents for a more reliable comparison.",
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
        _MISSING: max(0, entities_needed() - row.gold),
        **dict(zip(_SCORES, values, strict=True)),
    }


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
            "Created": st.column_config.DatetimeColumn(format=MOMENT),
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
        comparison(others[chosen])
        if st.button("Make active", key="promote other"):
            promotion.promote(app, others[chosen])


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
