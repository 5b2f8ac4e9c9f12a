"""What there is to learn from, and the button that starts a retraining."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from app import context
from app.context import AppContext
from app.screens.common import location
from app.screens.common.wording import count, literal
from app.services.model_registry.registry import VersionView
from app.services.model_registry.significance import MARGIN, entities_needed
from app.services.operations import documents
from app.services.operations.projects import HELD_OUT_FROM
from app.services.retraining.training_data import (
    LEAST_TRAIN,
    RetrainingError,
    RetrainingSettings,
)
from storage.enums import Split

_TITLES: Mapping[Split, str] = {
    "train": "Training documents",
    "dev": "Development documents",
    "holdout": "Held-out documents",
}
_UNMEASURED = (
    "No held-out document is submitted, so a new model will not be evaluated. Documents are held "
    f"out once a project has {HELD_OUT_FROM}; knowing F1 to ±{100 * MARGIN:.0f} points needs about "
    f"{entities_needed()} entities in them."
)


def material(app: AppContext, project_id: int) -> bool:
    """Shows what there is to learn from; returns whether it is enough to start."""
    counts = documents.submitted_by_split(app.sessions, project_id)
    train, holdout = counts.get("train", 0), counts.get("holdout", 0)
    shown: Sequence[tuple[Split, str]] = (
        ("train", "Submitted documents that the model is trained on."),
        (
            "dev",
            "Used to choose the best epoch; without any, a part of the training documents is used.",
        ),
        ("holdout", "Used to evaluate the old and the new model, never to train one."),
    )
    with st.container(horizontal=True, gap="medium"):
        for split, help in shown:
            if split == "dev" and not counts.get("dev"):
                continue
            st.metric(
                _TITLES[split],
                f"{counts.get(split, 0):,}",
                help=help,
                border=True,
                width=220,
            )
    if train >= LEAST_TRAIN:
        if not holdout:
            st.info(_UNMEASURED, icon=":material/balance:")
        return True
    st.info(
        f"Retraining needs at least {count(LEAST_TRAIN, 'submitted document')} for training. "
        "Annotate and submit some more; the Documents page shows their split.",
        icon=":material/info:",
    )
    if st.button("Continue annotating", icon=":material/arrow_forward:"):
        location.go(location.ANNOTATE)
    return False


def start(app: AppContext, project_id: int, active: VersionView, possible: bool) -> None:
    """The button, and what will happen when it is pressed."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        pressed = st.button(
            "Start retraining",
            type="primary",
            icon=":material/model_training:",
            disabled=not possible,
            key="start",
        )
        with st.popover("Settings", icon=":material/tune:"):
            epochs = st.number_input(
                "Epochs",
                1,
                1000,
                None,
                key="epochs",
                placeholder="automatic",
                help="Passes over the training documents. Empty: chosen by their number.",
                persist_state="session",
            )
            seed = st.number_input("Seed", 0, 9999, 0, key="train_seed", persist_state="session")
    st.caption(
        f"Retraining starts from model version {active.id}, trains on the submitted documents "
        "with the project’s labels, and evaluates both models on the held-out ones, if there are "
        "any. It runs in the background and takes some minutes on two CPU cores; keep annotating "
        "meanwhile. "
        "Nothing changes until you promote the new model."
    )
    if not pressed:
        return
    try:
        context.jobs().start(
            project_id,
            RetrainingSettings(epochs=int(epochs) if epochs else None, seed=int(seed)),
        )
    except RetrainingError as error:
        st.error(literal(str(error)), icon=":material/error:")
        return
    st.rerun()
