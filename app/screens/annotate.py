"""Annotate: one document, its suggestions, and every edit saved as it is made."""

from __future__ import annotations

import streamlit as st

from app import state
from app.views import annotating, place, wishes
from app.views.receiving import begun, receive
from app.views.wording import literal
from storage.repository import documents

desk = state.desk()
service = desk.annotation()
received = receive(service, desk.person)

project = place.current_project(desk)
document_id = place.current_document(desk, project) if project else None
if project is None or document_id is None:
    st.info(
        "There is no document to annotate yet. Add some on the Documents page: files, or a text "
        "of your own.",
        icon=":material/description:",
    )
    if st.button("Go to Documents", icon=":material/arrow_back:"):
        place.go(place.DOCUMENTS)
    st.stop()

problem = desk.model_problem()
with desk.sessions() as session:
    counts = documents.counts_by_status(session, project.id)
wishes.all_done(counts)
with annotating.column():
    annotating.heading(desk, service, document_id)
    with st.spinner("The model is reading the document …", show_time=True):
        if received and received.document_id == document_id and received.corrected:
            wishes.read_around(service, desk.person, received)
        view = service.open(document_id, desk.person)
    if received and received.error and received.document_id != document_id:
        st.warning(f"An edit of the document before was refused: {literal(received.error)}")
    result = annotating.annotator(desk, view, received)
    annotating.origin(view, problem)
    wishes.offer_to_read_around(view)
wishes.news()
begun(service, desk.person, view)
state.ahead().wish(project.id, document_id)
if result.navigate:
    wishes.follow(result.navigate, desk, service, view)
