"""Agreement: several people's annotations of the same documents, compared and adjudicated."""

from __future__ import annotations

import streamlit as st

from app import context
from app.screens.agreement import adjudication, assignment, figures
from app.screens.common import location
from app.screens.common.project_header import project_header

FIGURES, DIFFERENCES, DECIDE, WHO = "Figures", "Differences", "Decide", "Assignments"

app = context.current()
project = project_header(
    app,
    "Agreement",
    "How well people agree who annotated the same documents independently, and which version "
    "counts.",
    needs="review",
)


def show(document_id: int) -> None:
    """Opens a document's versions side by side."""
    st.session_state[adjudication.CHOSEN] = document_id
    st.session_state["agreement_part_wanted"] = DECIDE
    st.rerun()


if project.settings.annotators == 1:
    st.info(
        "In this project, everybody shares one draft per document. To have several people "
        "annotate each document independently, set their number in Documents → Settings.",
        icon=":material/group:",
    )
    if st.button("Go to Documents", icon=":material/arrow_back:"):
        location.go(location.DOCUMENTS)
wanted = st.session_state.pop("agreement_part_wanted", None)
st.session_state["agreement_part"] = wanted or st.session_state.get("agreement_part") or FIGURES
adjudication.open_next_after_decision()
part = st.segmented_control(
    "Part",
    [FIGURES, DIFFERENCES, DECIDE, WHO],
    required=True,
    key="agreement_part",
    label_visibility="collapsed",
)
if part == WHO:
    assignment.assignments_table(app, project)
    if project.settings.annotators > 1:
        assignment.assign_form(app, project)
elif part == DECIDE:
    chosen = adjudication.choose_document(app, project.id)
    if chosen is not None:
        adjudication.case(app, chosen)
else:
    annotated = figures.comparable_documents(app, project.id)
    if not annotated:
        st.info(
            "Nothing to compare yet: no two people have submitted the same document.",
            icon=":material/compare:",
        )
        st.stop()
    selected = figures.choose_people(annotated)
    if part == FIGURES:
        figures.figures(selected)
    elif (opened := figures.list_disagreements(app, project.id, selected)) is not None:
        show(opened)
