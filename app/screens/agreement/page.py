"""Agreement: what several people made of the same documents, and one decision out of it."""

from __future__ import annotations

import streamlit as st

from app import context
from app.screens.agreement import adjudication, assignment, figures
from app.screens.common import location
from app.screens.common.project_header import project_header

FIGURES, DIFFERENCES, DECIDE, WHO = "Figures", "Differences", "Decide", "Who has what"

app = context.current()
project = project_header(
    app,
    "Agreement",
    "How far people agree who annotated the same documents unseen by one another, and what counts.",
    needs="review",
)


def show(document_id: int) -> None:
    """Opens a document's versions side by side."""
    st.session_state[adjudication.CHOSEN] = document_id
    st.session_state["agreement_part_wanted"] = DECIDE
    st.rerun()


if project.annotators == 1:
    st.info(
        "In this project one draft of a document is everybody’s. To have each document annotated "
        "by several people, unseen by one another, set how many in Documents → Settings.",
        icon=":material/group:",
    )
    if st.button("Go to Documents", icon=":material/arrow_back:"):
        location.go(location.DOCUMENTS)
wanted = st.session_state.pop("agreement_part_wanted", None)
st.session_state["agreement_part"] = wanted or st.session_state.get("agreement_part") or FIGURES
adjudication.go_on()
part = st.segmented_control(
    "Part",
    [FIGURES, DIFFERENCES, DECIDE, WHO],
    required=True,
    key="agreement_part",
    label_visibility="collapsed",
)
if part == WHO:
    assignment.given(app, project)
    if project.annotators > 1:
        assignment.give(app, project)
elif part == DECIDE:
    chosen = adjudication.choose(app, project.id)
    if chosen is not None:
        adjudication.case(app, chosen)
else:
    annotated = figures.gathered(app, project.id)
    if not annotated:
        st.info(
            "There is nothing to compare yet: no two people have submitted the same document.",
            icon=":material/compare:",
        )
        st.stop()
    kept = figures.choose_people(annotated)
    if part == FIGURES:
        figures.figures(kept)
    elif (opened := figures.listed(app, kept)) is not None:
        show(opened)
