"""Annotate: one document, its suggestions, and every edit saved as it is made."""

from __future__ import annotations

import streamlit as st

from app import context
from app.screens.annotate import history, navigation_requests, resuggest, workspace
from app.screens.annotate.receive import begun, binned, receive, what_is_new
from app.screens.common import location
from app.screens.common.wording import literal

desk = context.seat()
service = desk.annotation()
received = receive(service, desk.person)
binned(received)

project, document_id = location.current(desk)
if project is None or document_id is None:
    st.info(
        "There is no document to annotate yet. Add some on the Documents page: files, or a text "
        "of your own.",
        icon=":material/description:",
    )
    if st.button("Go to Documents", icon=":material/arrow_back:"):
        location.go(location.DOCUMENTS)
    st.stop()

resuggest.finish()
view = service.glance(document_id, desk.person)
above = view.heading if view else service.heading(document_id, desk.person)
navigation_requests.all_done(desk, above)
with workspace.column():
    workspace.heading(desk, service, above)
    view = workspace.opened(desk, service, above, view)
    workspace.company(view)
    if received and received.error and received.document_id != document_id:
        st.warning(f"An edit of the document before was refused: {literal(received.error)}")
    news = what_is_new(service, desk.person, view)
    result = workspace.annotator(desk, view, received, news, service.can_ask)
    workspace.origin(view, None if service.can_ask else desk.model_problem())
    navigation_requests.offer_to_read_around(view)
resuggest.news()
history.news()
begun(service, desk.person, view)
context.ahead().wish(project.id, document_id)
if received and received.document_id == document_id:
    navigation_requests.read_around(service, desk.person, received)
if result.navigate:
    navigation_requests.follow(result.navigate, desk, service, view)
resuggest.watch()
