"""Figures: the project's progress, the value of suggestions, and the models' scores."""

from __future__ import annotations

import streamlit as st

from app import context
from app.screens.common import location
from app.screens.common.project_header import project_header
from app.screens.figures import learning as about_learning
from app.screens.figures import models as about_models
from app.screens.figures import work as about_work
from app.services.operations.figures import figures, measured
from app.services.operations.learning_curve import learning_curve
from app.services.operations.retraining_advice import retraining_advice

app = context.current()
project = project_header(
    app,
    "Figures",
    "The project’s progress, the quality of the suggestions, and the models’ scores.",
)
found = figures(app.sessions, project.id)
if not sum(found.statuses.values()):
    st.info(
        "No documents in this project yet. Add some on the Documents page, and their figures "
        "appear here.",
        icon=":material/description:",
    )
    if st.button("Go to Documents", icon=":material/arrow_back:"):
        location.go(location.DOCUMENTS)
    st.stop()
about_work.progress(found)
marked, judged = st.columns(2)
with marked:
    about_work.labels(found)
with judged:
    about_work.acceptance(found)
about_work.effort(found)
curve = learning_curve(app.sessions, project.id)
waiting = sum(found.statuses.values()) - found.statuses.get("submitted", 0)
advice = retraining_advice(curve, curve.active_version, waiting) if curve.active_version else None
about_learning.learning(curve, advice)
about_models.models(measured(app.models.versions(), project.name))
