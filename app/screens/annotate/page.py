"""Annotate: one document, its suggestions, and every edit saved as it is made."""

from __future__ import annotations

import streamlit as st

from app import context
from app.screens.annotate import (
    history,
    late_lessons,
    long_document,
    navigation_requests,
    resuggest,
    workspace,
)
from app.screens.annotate.visit import follow_annotator, is_shown, record_visit
from app.screens.common import location
from app.screens.common.wording import literal

app = context.current()
service = app.annotation()

follow_annotator()
project, document_id = location.current(app)
if project is None or document_id is None:
    st.header("Annotate", anchor=False)
    if project:
        st.caption(literal(project.name))
    st.info(
        "No documents to annotate yet. Upload files or paste a text on the Documents page.",
        icon=":material/description:",
    )
    if st.button("Go to Documents", icon=":material/arrow_back:"):
        location.go(location.DOCUMENTS)
    st.stop()

resuggest.finish()
shown = is_shown(document_id)
if not shown:
    late_lessons.wait(app, project.id, document_id)
refresh = not shown or late_lessons.are_learnt(app, project.id, document_id)
glance = service.glance(document_id, app.person, refresh=refresh)
navigation_requests.all_done(app, glance.heading)
with workspace.column():
    workspace.heading(app, service, glance.heading, project)
    view = workspace.open_document(app, service, glance)
    workspace.other_annotators(view)
    result = workspace.annotator(app, view, service.can_ask)
    with st.container(horizontal=True, vertical_alignment="center"):
        workspace.suggestions_origin(view, None if service.can_ask else app.model_problem())
        navigation_requests.offer_to_read_around(view)
resuggest.news()
history.news()
record_visit(service, app.person, view)
context.prefetcher().request(project.id, document_id)
if result.corrected:
    navigation_requests.read_around(service, app.person, view, result.corrected)
if result.navigate:
    navigation_requests.follow(result.navigate, app, service, view)
history.show(app, service, view)
if not history.is_open(view):  # a run of the page would draw the dialog anew under the hand
    resuggest.watch()
    late_lessons.watch(view)
    long_document.watch(view)
