"""Train: learn from the corrections, compare old and new, promote."""

from __future__ import annotations

import streamlit as st

from app import state
from app.views import model_exchange, registry, retraining_job, training
from app.views.header import project_header
from app.views.versions import versions
from app.views.wording import literal

desk = state.desk()
project = project_header(
    desk,
    "Train",
    "Let the model learn from what you corrected, compare, and decide.",
    needs="review",
)
problem, active = desk.model_problem(), desk.models.active()
if problem or active is None:
    st.warning(
        f"There is no model to start from: {literal(problem or '')}", icon=":material/warning:"
    )
    versions(desk)  # another one may be promoted
    st.stop()
possible = training.material(desk, project.id)
jobs = state.jobs()
job = next(iter(jobs.every(project.id, limit=50)), None)
if job and job.active:
    retraining_job.running(job.id)
else:
    training.start(desk, project.id, active, possible)
    if job:
        retraining_job.ended(desk, job)
versions(desk)
registry.against_each_other(desk, project.id)
registry.history(desk)
model_exchange.exchange(desk)
