"""Denoise: how random spans become entities, on a sentence of one's choice."""

from __future__ import annotations

import streamlit as st

from app import state
from app.views import denoising, place
from app.views.wording import literal

desk = state.desk()
st.header("Denoise", anchor=False)
st.caption("Watch random spans become entities: play the steps, or drag through them.")
project = place.current_project(desk)
problem, predictor = desk.model_problem(), desk.predictor()
if project is None or predictor is None:
    st.warning(
        f"There is no model to watch: {literal(problem or 'none is active')}",
        icon=":material/warning:",
    )
    st.stop()
document_id = place.current_document(desk, project)
sentence = denoising.choose_sentence(desk, project.id, document_id)
with st.spinner("Loading the model …"):
    settings = denoising.dials(predictor)
if sentence is None:
    st.stop()
with st.spinner("Denoising …"):
    trace = denoising.traced(predictor, predictor.model_version_id, sentence.text, settings)
denoising.film(trace, denoising.colours(desk, project.id))
