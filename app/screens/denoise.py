"""Denoise: how random spans become entities, on a sentence of one's choice."""

from __future__ import annotations

import streamlit as st

from app import state
from app.views import comparing, denoising, dials, place, sentence
from app.views.wording import literal

desk = state.desk()
st.header("Denoise", anchor=False)
st.caption(
    "Watch random spans become entities: play the steps, drag through them, and click an entity "
    "or a bar to see where it came from."
)
project = place.current_project(desk)
problem, predictor = desk.model_problem(), desk.predictor()
if project is None or predictor is None:
    st.warning(
        f"There is no model to watch: {literal(problem or 'none is active')}",
        icon=":material/warning:",
    )
    st.stop()
document_id = place.current_document(desk, project)
chosen = sentence.choose_sentence(desk, project.id, document_id)
predictor = comparing.choose_version(desk, predictor, "denoise_version")
with st.spinner("Loading the model …"):
    settings = dials.dials(predictor, flat=not project.nested)
if chosen is None:
    st.stop()
with st.spinner("Denoising …"):
    trace = dials.traced(predictor, chosen.text, settings)
denoising.film(trace, predictor, sentence.colours(desk, project.id))
comparing.comparison(desk, predictor, chosen.text, settings)
