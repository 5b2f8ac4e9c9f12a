"""The figures about the models: F1 on the held-out documents, and what more documents bring."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app.components.plots.counts import curve, scores
from app.screens.common.figure import nothing_to_show, show_figure
from app.services.model_registry.significance import MARGIN, entities_needed
from app.services.operations.figures import Measured
from core.evaluation.metrics import UNDEFINED

_POINTS = f"±{100 * MARGIN:.0f} points"
_UNDEFINED = (
    f"F1 is undefined ({UNDEFINED}): the held-out documents have no entity, and no version found "
    f"one. A 95 % interval of at most {_POINTS} needs {entities_needed()} entities in them."
)


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
    if all(model.f1 is None and model.parent_f1 is None for model in measured):
        nothing_to_show(title, _UNDEFINED)
        return
    fewest = min(model.entities for model in measured)
    show_figure(
        "f1_by_version",
        title,
        "Each version next to the one it was trained from, both on the held-out documents "
        "submitted by then. No version is trained on these."
        + (
            f" A 95 % interval of at most {_POINTS} needs {entities_needed()} entities; the "
            f"smallest number here is {fewest:,}."
            if fewest < entities_needed()
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
    if all(model.f1 is None for model in measured):
        nothing_to_show(title, _UNDEFINED)
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
            "f1_of_this_version": model.f1,
            "f1_of_parent_version": model.parent_f1,
        }
        for model in measured
    ]
