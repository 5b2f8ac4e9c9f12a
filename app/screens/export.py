"""Export: the submitted documents as a file."""

from __future__ import annotations

import streamlit as st

from app import state
from app.views import exporting, place
from app.views.header import project_header
from storage.repository import documents

desk = state.desk()
project = project_header(
    desk, "Export", "The submitted documents as a file. What a format cannot hold is named."
)
with desk.sessions() as session:
    counts = documents.counts_by_status(session, project.id)
if not counts["submitted"]:
    st.info(
        "Nothing is submitted yet. Annotate a document and submit it; it can be exported then.",
        icon=":material/download:",
    )
    if st.button("Go to Annotate", icon=":material/arrow_forward:"):
        place.go(place.ANNOTATE)
    st.stop()
chosen, splits = exporting.choose()
exporting.offer(exporting.written(desk, project.id, chosen, splits), project.name)
