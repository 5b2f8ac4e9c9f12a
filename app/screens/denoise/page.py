"""Denoise: how random spans become entities, on a sentence of one's choice."""

from __future__ import annotations

import streamlit as st

from app import context
from app.screens.common import denoising_view, location, run_comparison, sampler_controls, sentence
from app.screens.common.wording import literal
from app.services.labels import label_set

app = context.current()
st.header("Denoise", anchor=False)
st.caption(
    "Watch random spans become entities: play the steps, drag the slider, and click an entity or "
    "a bar to see where it came from."
)
project = location.current_project(app)
problem, predictor = app.model_problem(), app.predictor()
if project is None or predictor is None:
    st.warning(
        f"No model to watch: {literal(problem or 'none is active')}",
        icon=":material/warning:",
    )
    st.stop()
document_id = location.current_document(app, project)
chosen = sentence.choose_sentence(app, project.id, document_id)
predictor = run_comparison.choose_version(app, predictor, "denoise_version")
with st.spinner("Loading the model …"):
    settings = sampler_controls.choose_settings(predictor, flat=not project.settings.nested)
if chosen is None:
    st.stop()
with st.spinner("Denoising …"):
    trace = sampler_controls.traced(predictor, chosen.text, settings)
denoising_view.show_animation(trace, predictor, label_set.colours(app.sessions, project.id))
run_comparison.comparison(app, predictor, chosen.text, settings)
