"""Review: accepted entities that the model would have otherwise, ranked, for a second look."""

from __future__ import annotations

import streamlit as st

from app import context
from app.screens.common import location
from app.screens.common.project_header import project_header
from app.screens.common.wording import literal
from app.screens.review import ranking
from app.services.operations import documents
from app.services.suggestions.label_review import judge_of

app = context.current()
project = project_header(
    app,
    "Review",
    "Accepted entities that look wrong, and entities that seem to be missing. Each document is "
    "judged by what has not learnt it: the original model, and what the other documents teach. "
    "Both are often wrong; where they are right, you have found an annotation mistake.",
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
if not submitted and not sum(documents.counts_by_status(app.sessions, project.id).values()):
    st.info(
        "No documents in this project yet. Add some on the Documents page; once some are "
        "submitted, they can be checked here.",
        icon=":material/description:",
    )
    if st.button("Go to Documents", icon=":material/arrow_back:"):
        location.go(location.DOCUMENTS)
    st.stop()
if not submitted:
    st.info(
        "Nothing to check yet: no documents are submitted, apart from held-out ones. Those are "
        "never checked, because seeing a model’s answer there would bias the evaluation.",
        icon=":material/fact_check:",
    )
    if st.button("Go to Annotate", icon=":material/arrow_forward:"):
        location.go(location.ANNOTATE)
    st.stop()
judge = judge_of(app.sessions, predictor)
if judge.gone is not None:
    st.warning(
        f"Judged by model version {judge.model.model_version_id}, because version {judge.gone}, "
        "from which your retrainings started, is gone. It was trained on these documents, so it "
        "cannot find mistakes that it has learnt.",
        icon=":material/warning:",
    )
reviewer = judge.model.in_background()
checked = ranking.check(service, project.id, submitted, reviewer)
ranking.ranking(service, checked, reviewer.model_version_id, app.person)
