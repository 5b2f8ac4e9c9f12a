"""Denoise: how random spans become entities, on a chosen sentence."""

from __future__ import annotations

import streamlit as st

from app import context
from app.screens.common import denoising_view, location, run_comparison, sampler_controls, sentence
from app.screens.common.appearance import PROJECT_NAME
from app.screens.common.icon_button import icon_button
from app.screens.common.wording import literal
from app.screens.denoise.beside import choose_beside
from app.screens.denoise.overview import overview_rows
from app.services.labels import label_set

app = context.current()
project, predictor = location.current_project(app), app.predictor()
if project is None or predictor is None:
    st.header("Denoise", anchor=False)
    st.warning(
        f"No model to watch: {literal(app.model_problem() or 'none is active')}",
        icon=":material/warning:",
    )
    st.stop()
document_id = location.current_document(app, project)
colours = label_set.colours(app.sessions, project.id)
with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
    if document_id and icon_button(
        "Back to the document", "arrow_back", key="back", help="where you were"
    ):
        location.go(location.ANNOTATE, document_id)
    st.subheader("Denoise", anchor=False, width="content")
    with st.container(key=PROJECT_NAME):
        st.caption(literal(project.name))
    choice = sentence.choose_sentence(app, project.id, document_id)
    with (
        st.spinner("Loading the model …"),
        st.popover(sampler_controls.in_short(), icon=":material/tune:", help="Model and sampler"),
    ):
        predictor = run_comparison.choose_version(app, predictor, "denoise_version")
        settings = sampler_controls.choose_settings(
            predictor, flat=not project.settings.nested, stacked=True
        )
    beside = choose_beside(app, predictor, settings)
    overview = overview_rows(predictor, choice, settings, colours) if choice else []
if choice is None:
    st.stop()
with st.spinner("Denoising …"):
    trace = sampler_controls.traced(predictor, choice.sentence.text, settings)
    other = None
    if beside:
        other = sampler_controls.traced(beside.predictor, choice.sentence.text, beside.settings)
denoising_view.show_animation(
    trace,
    predictor,
    colours,
    other=other,
    names=beside.names if beside else (),
    overview=overview,
    choice=choice,
)
run_comparison.comparison(app, predictor, choice.sentence.text, settings)
