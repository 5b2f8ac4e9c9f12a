"""Export: the submitted documents as a file."""

from __future__ import annotations

import streamlit as st

from app import context
from app.screens.common import location
from app.screens.common.project_header import project_header
from app.screens.export import download
from app.screens.export.choice import choose
from storage.repository import documents

app = context.current()
project = project_header(
    app,
    "Export",
    "The submitted documents as a file. What a format cannot hold is named.",
    needs="review",
)
with app.sessions() as session:
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
        location.go(location.ANNOTATE)
format, selection = choose(app, project.id)
if made := download.made(app, project, format, selection):
    download.offer(made)
