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
    few = min(each.entities for each in measured) < FEW_ENTITIES
    shown(
        "f1_by_version",
        title,
        "Each version beside the one it was trained from, both on the held-out documents that "
        "were submitted by then, which no version learns from."
        + (
            f" Below {FEW_ENTITIES} entities a few points are chance; the least here is "
            f"{min(each.entities for each in measured):,}."
            if few
            else ""
        ),
        scores(
            [f"version {each.model_version_id}" for each in measured],
            [
                ("this version", [each.f1 for each in measured]),
                ("the one before", [each.parent_f1 for each in measured]),
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
    ordered = sorted(measured, key=lambda each: (each.trained_on, each.model_version_id))
    shown(
        "learning_curve",
        title,
        "F1 on the held-out documents over the number of documents that were learnt from. Where "
        "it still rises, more documents will help; where it is flat, look at the guidelines and "
        "at Review.",
        curve(
            [each.trained_on for each in ordered],
            [each.f1 for each in ordered],
            [f"version {each.model_version_id}" for each in ordered],
            "training documents",
        ),
        _rows(ordered),
    )


def _rows(measured: Sequence[Measured]) -> list[dict[str, float | int]]:
    return [
        {
            "model_version": each.model_version_id,
            "training_documents": each.trained_on,
            "held_out_documents": each.held_out,
            "held_out_entities": each.entities,
            "f1": each.f1,
            "f1_of_parent": each.parent_f1,
        }
        for each in measured
    ]
