"""The figure about instant learning: how right suggestions were before a document was learnt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.components.plots.learning import learning as learning_plot
from app.screens.common.figure import (
    card,
    draw_figure,
    figure_title,
    missing,
    nothing_to_show,
)
from app.screens.common.wording import literal
from app.services.operations.learning_curve import WINDOW, CurvePoint, LearningCurve
from app.services.operations.retraining_advice import ENTITIES, RetrainingAdvice

KEY = "learning_by_document"
TITLE = "The learning curve, document by document"
ALL = "all labels"
_SWITCH = "**Learn from every submitted document**, in the project’s settings on the Documents page"

_AGAINST: Mapping[str, str] = {
    "few entities": f"fewer than {ENTITIES} entities were corrected since this model version took "
    "over.",
    "known labels": f"fewer than {ENTITIES} of the corrected entities have labels that are new to "
    "the model, and of labels that it knew it learns little from so few.",
    "little left": "little is left to correct.",
    "steep": "what is learnt at once still makes the suggestions better.",
    "nobody waits": f"fewer than {WINDOW} documents wait to be annotated.",
}


def learning(curve: LearningCurve, advice: RetrainingAdvice | None) -> None:
    """The curve of the label that is chosen, or what is missing for it; and whether a retraining
    would pay."""
    if not curve.tests:
        nothing_to_show(TITLE, _missing(curve))
        return
    with card():
        title = st.container()
        label = st.selectbox(
            "Label of the learning curve",
            [None, *curve.label_ids],
            format_func=lambda name: ALL if name is None else name,
            key="learning_curve_label",
            width=320,
        )
        _drawn(title, curve, label)
    if advice is not None:
        _show_advice(advice)


def _drawn(title: DeltaGenerator, curve: LearningCurve, label: str | None) -> None:
    points = curve.points(label)
    shown = any(point.gestures is not None or point.f1 is not None for point in points)
    with title:
        figure_title(KEY, TITLE, _rows(points, label) if shown else [])
    if not shown:
        missing(
            "No learnt document has an entity of "
            f"{literal(label) if label else 'any label'}, and none was suggested."
        )
        return
    draw_figure(
        KEY,
        TITLE,
        _how(curve),
        learning_plot(
            [point.documents for point in points],
            [
                ("actions, of those without suggestions", [point.gestures for point in points]),
                ("F1", [point.f1 for point in points]),
                ("F1 of the model alone", [point.model_f1 for point in points]),
            ],
            {
                takeover.documents: f"version {takeover.model_version_id}"
                for takeover in curve.takeovers()
            },
        ),
    )


def _show_advice(advice: RetrainingAdvice) -> None:
    if advice.pays:
        st.info(
            f"**A retraining would pay now.** {_state(advice)} The {advice.entities:,} entities "
            "that were corrected since this model version took over can teach the model itself: "
            "start a retraining on the Train page. Held-out documents show how much it gains.",
            icon=":material/model_training:",
        )
    else:
        st.caption(f"A retraining would not pay yet: {_AGAINST[advice.reason]} {_state(advice)}")


def _state(advice: RetrainingAdvice) -> str:
    return (
        f"The suggestions still leave {advice.left:.0%} of the actions, and learning {WINDOW} more "
        f"documents would save {advice.saved_by_more:.0%} of these."
    )


def _how(curve: LearningCurve) -> str:
    text = (
        "Every submitted document was suggested first, compared with what people made of it, and "
        f"learnt only then. A point is about the last {WINDOW} documents until then: the actions "
        "that correcting takes, as a share of marking everything by hand (lower is better), and "
        "F1 with and without what was learnt."
    )
    if curve.takeovers():
        text += " Dashed lines: another model version took over."
    return text + _left_out(curve)


def _left_out(curve: LearningCurve) -> str:
    text = f" {_unmeasured(curve.unmeasured)}" if curve.unmeasured else ""
    if curve.failed:
        documents = "1 document" if curve.failed == 1 else f"{curve.failed:,} documents"
        text += f" {documents} could not be learnt; the server’s log says why."
    return text


def _unmeasured(number: int) -> str:
    documents = "1 document is" if number == 1 else f"{number:,} documents are"
    return (
        f"{documents} left out, learnt without a test: many at once, or after the model was "
        "trained on them."
    )


def _missing(curve: LearningCurve) -> str:
    if not curve.on:
        return f"This project does not learn. Switch on {_SWITCH}, and submit documents."
    text = (
        "Submit a document on the Annotate page. It is compared with its suggestions, then learnt, "
        "within a minute. Held-out documents are not learnt."
    )
    return text + _left_out(curve)


def _rows(points: Sequence[CurvePoint], label: str | None) -> list[dict[str, object]]:
    return [
        {
            "label": label or ALL,
            "documents": point.documents,
            "document_id": point.document_id,
            "model_version": point.model_version_id,
            "actions_of_those_without_suggestions": point.gestures,
            "f1": point.f1,
            "f1_of_the_model_alone": point.model_f1,
        }
        for point in points
    ]
