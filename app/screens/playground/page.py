"""Playground: what the model versions find in a pasted text. Nothing is saved."""

from __future__ import annotations

import streamlit as st

from app import context
from app.screens.common import location
from app.screens.common.wording import literal
from app.screens.playground import play
from app.services.labels import label_set

app = context.current()
st.header("Playground", anchor=False)
st.caption(
    "Try the model on any text. **Nothing is saved here:** neither the text nor the entities "
    "found, and no model learns from it."
)
problem, predictor = app.model_problem(), app.predictor()
if predictor is None:
    st.warning(
        f"No model to try: {literal(problem or 'none is active')}",
        icon=":material/warning:",
    )
    st.stop()
project = location.current_project(app)
colours = label_set.colours(app.sessions, project.id) if project else {}
play.play(app, predictor, colours, flat=project is not None and not project.settings.nested)
