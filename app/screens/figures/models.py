"""The figures about the models: F1 on the held-out documents, and what more documents bring."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app.components.plots.counts import curve, scores
from app.screens.common.figure import nothing_to_show, show_figure
from app.services.operations.figures import Measured

FEW_ENTITIES = 100
"""Below this many held-out entities a difference of some points is chance."""


def models(measured: Sequence[Measured]) -> None:
    """Both figures, or what to do to see them."""
    versions, learning = st.columns(2)
    with versions:
        _by_version(measured)
    with learning:
        _learning(measured)


def _by_version(measured: Sequence[Measured]) -> None:
    title = "F1 of the model versions"
    if not measured:
        nothing_to_show(title, "Retrain on the Train page; every new version is evaluated there.")
        return
    few = min(model.entities for model in measured) < FEW_ENTITIES
    show_figure(
        "f1_by_version",
        title,
        "Each version next to the one it was trained from, both on the held-out documents "
        "submitted by then. No version is trained on these."
        + (
            f" Below {FEW_ENTITIES} entities, a difference of a few points may be chance; the "
            f"smallest number here is {min(model.entities for model in measured):,}."
            if few
            else ""
        ),
        scores(
            [f"version {model.model_version_id}" for model in measured],
            [
                ("this version", [model.f1 for model in measured]),
                ("parent version", [model.parent_f1 for model in measured]),
            ],
        ),
        _rows(measured),
    )


def _learning(measured: Sequence[Measured]) -> None:
    title = "The learning curve"
    if len(measured) < 2:
        nothing_to_show(
            title,
            "The curve needs two retrainings with different numbers of submitted documents; "
            f"there {'is one' if measured else 'are none'} so far.",
        )
        return
    ordered = sorted(measured, key=lambda model: (model.trained_on, model.model_version_id))
    show_figure(
        "learning_curve",
        title,
        "F1 on the held-out documents by number of training documents. While it rises, more "
        "documents will help; once it is flat, check the guidelines and the Review page.",
        curve(
            [model.trained_on for model in ordered],
            [model.f1 for model in ordered],
            [f"version {model.model_version_id}" for model in ordered],
            "training documents",
        ),
        _rows(ordered),
    )


def _rows(measured: Sequence[Measured]) -> list[dict[str, float | int | None]]:
    return [
        {
            "model_version": model.model_version_id,
            "training_documents": model.trained_on,
            "held_out_documents": model.held_out,
            "held_out_entities": model.entities,
            "f1": model.f1,
            "f1_of_parent": model.parent_f1,
        }
        for model in measured
    ]
