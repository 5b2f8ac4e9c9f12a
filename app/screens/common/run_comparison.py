"""Compare what several seeds, or several model versions, find in one text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from app.context import AppContext
from app.screens.common.error_message import reason
from app.screens.common.sampler_controls import predicted
from app.screens.common.wording import clipped, count, literal
from app.services.model_registry.registry import ModelFolderError, VersionView
from app.services.suggestions.predictor import ModelPredictor, version_predictor
from app.services.suggestions.run_comparison import Cell, Row, Run, compare, in_words, mean_f1
from core.evaluation.metrics import UNDEFINED
from core.types import SamplerSettings

SEEDS = (2, 8)
TOLD = 12
"""Disagreements that are told in words; the table has all."""
_SHARES = {
    "Existence": "Runs that found anything here",
    "Boundary": "Runs that found exactly these boundaries",
    "Type": "Runs that found exactly these boundaries with this label",
}


@st.fragment
def comparison(
    app: AppContext, predictor: ModelPredictor, text: str, settings: SamplerSettings
) -> None:
    """Asks what to compare on the sentence, and shows it; nothing is computed before."""
    kinds = ["Seeds"] if len(app.models.versions()) < 2 else ["Seeds", "Model versions"]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.segmented_control("Compare on this sentence", kinds, key="compare")
        if kind == "Seeds":
            number = st.slider("Number of seeds", *SEEDS, 5, key="compare_seeds", width=260)
    if kind == "Seeds":
        seeds = range(settings.seed, settings.seed + number)
        runs = [predicted(predictor, text, replace(settings, seed=seed)).entities for seed in seeds]
        differences(text, runs, [f"seed {seed}" for seed in seeds])
        st.caption("The same seed gives exactly the same result.")
    elif kind == "Model versions":
        versions = choose_versions(app, predictor, "compare_versions", least=2)
        shown = [predicted(version, text, settings).entities for version in versions]
        differences(text, shown, [f"version {version.model_version_id}" for version in versions])


def choose_versions(
    app: AppContext, active: ModelPredictor, key: str, *, least: int
) -> list[ModelPredictor]:
    """Asks for model versions; the active one, and the newest others up to `least`, if none."""
    every = {version.id: version for version in app.models.versions()}
    others = [number for number in every if number != active.model_version_id]
    default = [active.model_version_id, *others[: least - 1]]
    chosen = st.multiselect(
        "Model versions",
        list(every),
        default=default,
        format_func=lambda number: _titled(every[number]),
        key=key,
        placeholder="Active version",
        help="All run with the same settings, φ included.",
    )
    return [
        predictor
        for number in chosen or default
        if (predictor := _predictor(every[number], active)) is not None
    ]


def choose_version(app: AppContext, active: ModelPredictor, key: str) -> ModelPredictor:
    """Asks for one model version; the active one where there is no other."""
    every = {version.id: version for version in app.models.versions()}
    if len(every) < 2:
        return active
    number = st.selectbox(
        "Model version",
        list(every),
        index=list(every).index(active.model_version_id),
        format_func=lambda number: _titled(every[number]),
        key=key,
    )
    return _predictor(every[number], active) or active


def _predictor(version: VersionView, active: ModelPredictor) -> ModelPredictor | None:
    """None, and a word why, for one whose folder is gone."""
    if version.id == active.model_version_id:
        return active
    try:
        return version_predictor(version)
    except ModelFolderError as error:
        st.error(f"Version {version.id} is skipped: {reason(error)}", icon=":material/error:")
        return None


def _titled(version: VersionView) -> str:
    return f"{version.id} · {version.state}"


def differences(text: str, runs: Sequence[Run], names: Sequence[str]) -> None:
    """How far the runs agree: in one line, in a table, and each difference in words."""
    rows = compare(runs)
    if not rows:
        st.info("They agree: none of them finds an entity here.")
        return
    agreed, f1 = sum(row.agreed for row in rows), mean_f1(runs)
    st.markdown(
        f"**They agree on {agreed} of {count(len(rows), 'place')}.** Their mean pairwise F1 is "
        f"{UNDEFINED if f1 is None else f'{f1:.0%}'}."
    )
    st.dataframe(
        _table(text, rows, names),
        hide_index=True,
        alt="Each span found and what every run found there, one row per span",
        column_config={
            name: st.column_config.ProgressColumn(
                name, help=title, format="percent", min_value=0, max_value=1, width="small"
            )
            for name, title in _SHARES.items()
        },
    )
    st.caption("✓ same · ≠ different label or boundaries · – not found")
    sentence = in_words(rows, names, text)
    if sentence:
        st.markdown("\n".join(f"- {literal(line)}" for line in sentence[:TOLD]))
    if len(sentence) > TOLD:
        st.caption(f"… and {len(sentence) - TOLD} more in the table.")


def _table(text: str, rows: Sequence[Row], names: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Found": clipped(text[row.start : row.end], 60),
                "Label": row.label,
                **dict(zip(names, (_cell(cell, text) for cell in row.cells), strict=True)),
                "Existence": row.existence,
                "Boundary": row.boundary,
                "Type": row.type,
            }
            for row in rows
        ]
    )


def _cell(cell: Cell, text: str) -> str:
    if cell.entity is None:
        return "–"
    sure = "" if cell.entity.score is None else f" {cell.entity.score:.0%}"
    if cell.kind == "same":
        return f"✓{sure}"
    if cell.kind == "type":
        return f"≠ {cell.entity.label}{sure}"
    return f"≠ “{clipped(text[cell.entity.start : cell.entity.end], 40)}” {cell.entity.label}"
