"""The model registry: two versions against each other, the log of promotions, the way back."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from app.context import AppContext
from app.screens.common.error_message import reason
from app.screens.common.wording import MOMENT
from app.services.model_registry import promotions
from app.services.model_registry.comparison import HeadToHead, NothingToCompareError, compare
from app.services.model_registry.registry import ModelFolderError, VersionView
from app.services.model_registry.significance import FEWEST, Difference, documents_needed, in_words
from app.services.suggestions.predictor import version_predictor
from core.evaluation.metrics import UNDEFINED

_FOUND = "head_to_head"
_NEEDED = "Documents needed"


def compare_versions(app: AppContext, project_id: int) -> None:
    """Asks for two versions, and says which is better or that chance can explain it."""
    every = {version.id: version for version in app.models.versions()}
    if len(every) < 2:
        return
    with st.expander("Compare two versions on the held-out documents", icon=":material/balance:"):
        newest = list(every)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            a = st.selectbox("A", newest, index=1, key="versus_a")
            b = st.selectbox("B", newest, index=0, key="versus_b")
            pressed = st.button("Compare", key="versus", disabled=a == b)
        if pressed:
            with st.spinner("Evaluating both versions on the held-out documents …"):
                st.session_state[_FOUND] = _measured(app, project_id, every[a], every[b])
        found = st.session_state.get(_FOUND)
        if found and (found.a, found.b) == (a, b):
            _result(found)


def _measured(
    app: AppContext, project_id: int, a: VersionView, b: VersionView
) -> HeadToHead | None:
    try:
        return compare(app.sessions, project_id, version_predictor(a), version_predictor(b))
    except (NothingToCompareError, ModelFolderError) as error:
        st.error(reason(error), icon=":material/error:")
        return None


def _result(found: HeadToHead) -> None:
    overall = found.overall
    sentence = in_words(overall, f"Version {found.a}", f"Version {found.b}")
    (st.success if overall.sure else st.info)(sentence)
    rows = {"All": overall, **found.per_label}
    st.dataframe(
        pd.DataFrame([_cells(label, row) for label, row in rows.items()]),
        hide_index=True,
        width="content",
        placeholder=UNDEFINED,
        alt="F1 of both versions with difference and interval, overall and per label",
        column_config={
            **{name: st.column_config.NumberColumn(format="%.1f %%") for name in ("A", "B")},
            _NEEDED: st.column_config.NumberColumn(
                help="About how many held-out documents are needed to tell this difference from "
                f"chance; at least {FEWEST}."
            ),
        },
    )
    st.caption(
        "F1 on exact entities. 95 % confidence interval of the difference and two-sided p-value "
        "from a paired bootstrap over documents (10,000 resamples)."
    )


def _cells(label: str, found: Difference) -> dict[str, Any]:
    shares = {
        name: None if f1 is None else 100 * f1
        for name, f1 in (("A", found.f1_a), ("B", found.f1_b))
    }
    estimate = found.estimate
    if estimate is None:
        unknown = dict.fromkeys(("B - A", "95 %", "p", _NEEDED))
        return {"Label": label, **shares, **unknown}
    return {
        "Label": label,
        **shares,
        "B - A": f"{100 * estimate.difference:+.1f}",
        "95 %": f"{100 * estimate.low:+.1f} to {100 * estimate.high:+.1f}",
        "p": f"{estimate.p:.3f}",
        _NEEDED: documents_needed(found),
    }


def history(app: AppContext) -> None:
    """Who promoted which version when, from which and why; and the way back."""
    moves = promotions.log(app.sessions)
    if not moves:
        return
    with st.expander("Promotion log", icon=":material/history:"):
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "When": move.at,
                        "Who": move.person,
                        "From": move.before,
                        "To": move.after,
                        "Why": move.why or ("rolled back" if move.back else ""),
                    }
                    for move in moves
                ]
            ),
            hide_index=True,
            placeholder="–",
            alt="All promotions, newest first",
            column_config={"When": st.column_config.DatetimeColumn(format=MOMENT)},
        )
        before = promotions.previous(app.sessions)
        if before is not None:
            _way_back(app, before)


def _way_back(app: AppContext, before: int) -> None:
    why = st.text_input("Why", max_chars=500, key="why_back", placeholder="Kept in the log")
    if not st.button(f"Roll back to version {before}", icon=":material/undo:", key="roll back"):
        return
    try:
        promotions.roll_back(app.sessions, why)
    except (LookupError, ModelFolderError, promotions.NoWayBackError) as error:
        st.error(reason(error), icon=":material/error:")
        return
    st.rerun()
