"""Annotate: one document, its suggestions, and every edit saved as it is made."""

from __future__ import annotations

import streamlit as st

from app import state
from app.services.assigning import FullError
from app.views import annotating, history, place, rereading, wishes
from app.views.receiving import begun, receive, what_is_new
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
wishes.all_done(desk, project, counts)
rereading.finish()
with annotating.column():
    annotating.heading(desk, service, document_id)
    try:
        with st.spinner("The model is reading the document …", show_time=True):
            view = service.open(document_id, desk.person)
    except FullError as problem_of_room:
        annotating.full(desk, project.id, document_id, str(problem_of_room))
    annotating.company(view)
    if received and received.error and received.document_id != document_id:
        st.warning(f"An edit of the document before was refused: {literal(received.error)}")
    news = what_is_new(service, desk.person, view)
    result = annotating.annotator(desk, view, received, news)
    annotating.origin(view, problem)
    wishes.offer_to_read_around(view)
rereading.news()
history.news()
begun(service, desk.person, view)
state.ahead().wish(project.id, document_id)
if received and received.document_id == document_id:
    wishes.read_around(service, desk.person, received)
if result.navigate:
    wishes.follow(result.navigate, desk, service, view)
rereading.watch()
