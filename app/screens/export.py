"""Export: the submitted documents as a file."""

from __future__ import annotations

import streamlit as st

from app import state
from app.views import exporting, place
from app.views.export_choice import choose
from app.views.header import project_header
from storage.repository import documents

desk = state.desk()
project = project_header(
    desk,
    "Export",
    "The submitted documents as a file. What a format cannot hold is named.",
    needs="review",
)
with desk.sessions() as session:
    counts = documents.counts_by_status(session, project.id)
if not sum(counts.values()):
    st.info(
        "Nothing is submitted yet: the project has no documents. Add some first.",
        icon=":material/download:",
    )
    st.stop()
if not counts["submitted"]:
    st.info(
        "Nothing is submitted yet. Annotate a document and submit it; it can be exported then. "
        "What is undecided can be had by the filter for it.",
        icon=":material/download:",
    )
    if st.button("Go to Annotate", icon=":material/arrow_forward:"):
        place.go(place.ANNOTATE)
format, selection = choose(desk, project.id)
if made := exporting.made(desk, project, format, selection):
    exporting.offer(made)
