"""The figures about the models: F1 on the held-out documents, and what more documents bring."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app.components.plots.counts import curve, scores
from app.screens.common.figure import lacking, shown
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
        lacking(title, "Retrain on the Train page; every new version is measured there.")
        return
    few = min(model.entities for model in measured) < FEW_ENTITIES
    shown(
        "f1_by_version",
        title,
        "Each version beside the one it was trained from, both on the held-out documents that "
        "were submitted by then, which no version learns from."
        + (
            f" Below {FEW_ENTITIES} entities a few points are chance; the least here is "
            f"{min(model.entities for model in measured):,}."
            if few
            else ""
        ),
        scores(
            [f"version {model.model_version_id}" for model in measured],
            [
                ("this version", [model.f1 for model in measured]),
                ("the one before", [model.parent_f1 for model in measured]),
            ],
        ),
        _rows(measured),
    )


def _learning(measured: Sequence[Measured]) -> None:
    title = "The learning curve"
    if len(measured) < 2:
        lacking(
            title,
            "Two retrainings with different numbers of submitted documents make a curve; there is "
            f"{'one' if measured else 'none'} yet.",
        )
        return
    ordered = sorted(measured, key=lambda model: (model.trained_on, model.model_version_id))
    shown(
        "learning_curve",
        title,
        "F1 on the held-out documents over the number of documents that were learnt from. Where "
        "it still rises, more documents will help; where it is flat, look at the guidelines and "
        "at Review.",
        curve(
            [model.trained_on for model in ordered],
            [model.f1 for model in ordered],
            [f"version {model.model_version_id}" for model in ordered],
            "training documents",
        ),
        _rows(ordered),
    )


def _rows(measured: Sequence[Measured]) -> list[dict[str, float | int]]:
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
