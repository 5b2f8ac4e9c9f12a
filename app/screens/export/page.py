"""Export: the submitted documents as a file."""

from __future__ import annotations

import streamlit as st

from app import context
from app.screens.common import location
from app.screens.common.project_header import project_header
from app.screens.export import download
from app.screens.export.choice import choose_export
from app.services.operations import documents

app = context.current()
project = project_header(
    app,
    "Export",
    "Download the submitted documents as a file. Anything a format cannot hold is listed.",
    needs="review",
)
counts = documents.counts_by_status(app.sessions, project.id)
if not sum(counts.values()):
    st.info(
        "Nothing to export: the project has no documents. Add some first.",
        icon=":material/download:",
    )
    st.stop()
if not counts["submitted"]:
    st.info(
        "Nothing is submitted yet. Annotate and submit a document to export it, or include "
        "unsubmitted documents under More filters.",
        icon=":material/download:",
    )
    if st.button("Go to Annotate", icon=":material/arrow_forward:"):
        location.go(location.ANNOTATE)
format, selection = choose_export(app, project.id)
if file := download.exported_file(app, project, format, selection):
    download.offer_download(file)
