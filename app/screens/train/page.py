"""Train: learn from the corrections, compare old and new, promote."""

from __future__ import annotations

import streamlit as st

from app import context
from app.screens.common.project_header import project_header
from app.screens.common.wording import literal
from app.screens.train import job as retraining_job
from app.screens.train import material, model_files, promotion, registry
from app.screens.train.versions import versions

app = context.current()
project = project_header(
    app,
    "Train",
    "Retrain the model on your corrections, compare, and decide.",
    needs="review",
)
problem, active = app.model_problem(), app.models.active()
if problem or active is None:
    st.warning(f"No model to start from: {literal(problem or '')}", icon=":material/warning:")
    versions(app)  # another one may be promoted
    promotion.answer(app)
    st.stop()
possible = material.material(app, project.id)
jobs = context.jobs()
known = jobs.every(project.id, limit=50)
job = next((job for job in known if job.active), next(iter(known), None))
if job and job.active:
    retraining_job.running(job.id)
else:
    material.start(app, project.id, active, possible)
    if job:
        retraining_job.ended(app, job)
versions(app)
registry.compare_versions(app, project.id)
registry.history(app)
model_files.export_and_import(app)
promotion.answer(app)
