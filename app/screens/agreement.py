"""Agreement: what several people made of the same documents, and one decision out of it."""

from __future__ import annotations

import streamlit as st

from app import state
from app.views import adjudicating, agreeing, assigning, place
from app.views.header import project_header

FIGURES, DIFFERENCES, DECIDE, WHO = "Figures", "Differences", "Decide", "Who has what"

desk = state.desk()
project = project_header(
    desk,
    "Agreement",
    "How far people agree who annotated the same documents unseen by one another, and what counts.",
    needs="review",
)


def show(document_id: int) -> None:
    """Opens a document's versions side by side."""
    st.session_state[adjudicating.CHOSEN] = document_id
    st.session_state["agreement_part_wanted"] = DECIDE
    st.rerun()


if project.annotators == 1:
    st.info(
        "In this project one draft of a document is everybody’s. To have each document annotated "
        "by several people, unseen by one another, set how many in Documents → Settings.",
        icon=":material/group:",
    )
    if st.button("Go to Documents", icon=":material/arrow_back:"):
        place.go(place.DOCUMENTS)
wanted = st.session_state.pop("agreement_part_wanted", None)
st.session_state["agreement_part"] = wanted or st.session_state.get("agreement_part") or FIGURES
adjudicating.go_on()
part = st.segmented_control(
    "Part",
    [FIGURES, DIFFERENCES, DECIDE, WHO],
    required=True,
    key="agreement_part",
    label_visibility="collapsed",
)
if part == WHO:
    assigning.given(desk, project)
    if project.annotators > 1:
        assigning.give(desk, project)
elif part == DECIDE:
    chosen = adjudicating.choose(desk, project.id)
    if chosen is not None:
        adjudicating.case(desk, chosen)
else:
    annotated = agreeing.gathered(desk, project.id)
    if not annotated:
        st.info(
            "There is nothing to compare yet: no two people have submitted the same document.",
            icon=":material/compare:",
        )
        st.stop()
    kept = agreeing.choose_people(annotated)
    if part == FIGURES:
        agreeing.figures(kept)
    elif (opened := agreeing.listed(desk, kept)) is not None:
        show(opened)
