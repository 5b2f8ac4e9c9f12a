"""Figures: progress, what the suggestions are worth, and how the models do."""

from __future__ import annotations

import streamlit as st

from app import state
from app.services.figures import figures, measured
from app.views import figures as about_work
from app.views import figures_models as about_models
from app.views import place
from app.views.header import project_header

desk = state.desk()
project = project_header(
    desk, "Figures", "How far the project is, what the suggestions are worth, how the models do."
)
found = figures(desk.sessions, project.id)
if not sum(found.statuses.values()):
    st.info(
        "This project has no documents yet. Add some on the Documents page, and their figures "
        "appear here.",
        icon=":material/description:",
    )
    if st.button("Go to Documents", icon=":material/arrow_back:"):
        place.go(place.DOCUMENTS)
    st.stop()
about_work.progress(found)
marked, judged = st.columns(2)
with marked:
    about_work.labels(found)
with judged:
    about_work.acceptance(found)
about_work.effort(found)
about_models.models(measured(desk.models.versions(), project.name))
