"""Review: accepted entities that the model would have otherwise, ranked, for a second look."""

from __future__ import annotations

import streamlit as st

from app import context
from app.screens.common import location
from app.screens.common.project_header import project_header
from app.screens.common.wording import literal
from app.screens.review import ranking

app = context.current()
project = project_header(
    app,
    "Review",
    "Accepted entities that the model would move, relabel or drop. The model is often wrong; "
    "where it is right, there is an annotation mistake.",
    needs="review",
)
problem, predictor = app.model_problem(), app.predictor()
if predictor is None:
    st.warning(
        f"No model to check with: {literal(problem or 'none is active')}",
        icon=":material/warning:",
    )
    st.stop()
service = context.reviews()
submitted = service.submitted(project.id)
if not submitted:
    st.info(
        "Nothing to check yet: no documents are submitted, apart from held-out ones. Those are "
        "never checked, because seeing a model’s answer there would bias the evaluation.",
        icon=":material/fact_check:",
    )
    if st.button("Go to Annotate", icon=":material/arrow_forward:"):
        location.go(location.ANNOTATE)
    st.stop()
checked = ranking.check(service, submitted, predictor.in_background())
ranking.ranking(service.suspects(checked, predictor.model_version_id), checked)
