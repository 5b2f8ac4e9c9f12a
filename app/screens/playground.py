"""Playground: what the model versions find in a pasted text. Nothing is saved."""

from __future__ import annotations

import streamlit as st

from app import state
from app.views import place, playground, sentence
from app.views.wording import literal

desk = state.desk()
st.header("Playground", anchor=False)
st.caption(
    "Try the model on any text. **Nothing is saved here:** neither the text nor what is found in "
    "it, and no model learns from it."
)
problem, predictor = desk.model_problem(), desk.predictor()
if predictor is None:
    st.warning(
        f"There is no model to try: {literal(problem or 'none is active')}",
        icon=":material/warning:",
    )
    st.stop()
project = place.current_project(desk)
colours = sentence.colours(desk, project.id) if project else {}
playground.play(desk, predictor, colours, flat=project is not None and not project.nested)
