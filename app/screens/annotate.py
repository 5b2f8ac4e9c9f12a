"""Annotate: one document, its suggestions, and every edit saved as it is made."""

from __future__ import annotations

import streamlit as st

from app import state
from app.views import annotating, history, place, rereading, wishes
from app.views.receiving import begun, binned, receive, what_is_new
from app.views.wording import literal

desk = state.seat()
service = desk.annotation()
received = receive(service, desk.person)
binned(received)

project, document_id = place.current(desk)
if project is None or document_id is None:
    st.info(
        "There is no document to annotate yet. Add some on the Documents page: files, or a text "
        "of your own.",
        icon=":material/description:",
    )
    if st.button("Go to Documents", icon=":material/arrow_back:"):
        place.go(place.DOCUMENTS)
    st.stop()

rereading.finish()
view = service.glance(document_id, desk.person)
above = view.heading if view else service.heading(document_id, desk.person)
wishes.all_done(desk, above)
with annotating.column():
    annotating.heading(desk, service, above)
    view = annotating.opened(desk, service, above, view)
    annotating.company(view)
    if received and received.error and received.document_id != document_id:
        st.warning(f"An edit of the document before was refused: {literal(received.error)}")
    news = what_is_new(service, desk.person, view)
    result = annotating.annotator(desk, view, received, news, service.can_ask)
    annotating.origin(view, None if service.can_ask else desk.model_problem())
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
