"""Documents: list, import, labels, settings, trash."""

from __future__ import annotations

import streamlit as st

from app import context
from app.screens.common import delete_dialog
from app.screens.common.labels import label_management
from app.screens.common.project_header import project_header
from app.screens.documents.preannotation import pass_progress, suggest_button
from app.screens.documents.refused import refused_by_project
from app.screens.documents.rules import project_rules
from app.screens.documents.settings import project_settings
from app.screens.documents.table import continue_button, documents_table, progress
from app.screens.documents.trash import recently_deleted
from app.screens.documents.upload import add_documents
from app.services.operations import documents

app = context.current()
project = project_header(
    app, "Documents", "Open a document, decide on its suggestions, submit, continue."
)
counts = documents.counts_by_status(app.sessions, project.id)
may_change = app.may(project.id, "review")


def listing(*, suggests: bool) -> None:
    if sum(counts.values()):
        progress(counts)
        with st.container(horizontal=True):
            continue_button(app, project.id)
            if suggests:
                suggest_button(app, project.id)
        if suggests:
            pass_progress(app, project.id)
        documents_table(app, project.id, counts)
    else:
        how = (
            "Go to **Add documents** to upload files or paste a text; the model suggests entities "
            "as soon as you open one."
            if may_change
            else "Reviewers of the project and administrators add them."
        )
        st.info(f"No documents in this project yet. {how}", icon=":material/description:")


context.warm_up(app.predictor())
if not may_change:
    listing(suggests=False)
    st.stop()
refused_by_project(app, project.id)
present, add, labels, settings, deleted = st.tabs(
    ["All documents", "Add documents", "Labels", "Settings", "Trash"]
)
with present:
    listing(suggests=counts["new"] > 0)
with add:
    add_documents(app, project.id)
with labels:
    label_management(app, project)
    st.divider()
    project_rules(app, project.id)
with settings:
    project_settings(app, project)
with deleted:
    recently_deleted(app, project.id)
delete_dialog.answer(app)
