"""Documents: what there is, what is done, and where more comes in."""

from __future__ import annotations

import streamlit as st

from app import state
from app.views.adding import add_documents
from app.views.header import project_header
from app.views.labels import label_management
from app.views.listing import continue_button, documents_table, progress
from app.views.settings import project_settings
from storage.repository import documents

desk = state.desk()
project = project_header(desk, "Documents", "Open one, decide on its suggestions, submit, go on.")
with desk.sessions() as session:
    counts = documents.counts_by_status(session, project.id)
present, add, labels, settings = st.tabs(
    [
        ":material/description: All documents",
        ":material/add: Add documents",
        ":material/label: Labels",
        ":material/tune: Settings",
    ]
)
with present:
    if sum(counts.values()):
        progress(counts)
        continue_button(desk, project.id)
        documents_table(desk, project.id, counts)
    else:
        st.info(
            "This project has no documents yet. Go to **Add documents** to upload files or paste "
            "a text; the model will suggest entities as soon as you open one.",
            icon=":material/description:",
        )
with add:
    add_documents(desk, project.id)
with labels:
    label_management(desk, project.id)
with settings:
    project_settings(desk, project.id)
state.warm_up(desk.predictor())
