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
    "Entities that people accepted and the model would move, rename or drop. It is often wrong; "
    "where it is right, somebody slipped.",
    needs="review",
)
problem, predictor = app.model_problem(), app.predictor()
if predictor is None:
    st.warning(
        f"There is no model to ask: {literal(problem or 'none is active')}",
        icon=":material/warning:",
    )
    st.stop()
service = context.reviews()
submitted = service.submitted(project.id)
if not submitted:
    st.info(
        "There is nothing to check yet: no document is submitted, but for held-out ones. Those "
        "stay unchecked, because who has seen a model’s answer there could not judge it any more.",
        icon=":material/fact_check:",
    )
    if st.button("Go to Annotate", icon=":material/arrow_forward:"):
        location.go(location.ANNOTATE)
    st.stop()
checked = ranking.check(service, submitted, predictor.in_background())
ranking.ranking(service.suspects(checked, predictor.model_version_id), checked)
