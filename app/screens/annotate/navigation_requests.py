"""Where a person wants to go from a document, and what they ask of the model."""

from __future__ import annotations

import streamlit as st

from app.context import AppContext
from app.screens.annotate import history, resuggest
from app.screens.common import location
from app.screens.common.sentence import request_sentence, withheld
from app.services.annotation.annotation import AnnotationService
from app.services.annotation.document_view import DocumentView, Heading
from app.services.suggestions.queue import first_waiting, next_document

_AROUND = "read_around"
_MOST_CORRECTED = 100


def follow(
    destination: str, app: AppContext, service: AnnotationService, view: DocumentView
) -> None:
    """Does what the person asked for from inside the text, once everything is saved."""
    destination, _, offset = destination.partition("@")
    if destination == "refresh":
        return  # this run shows it
    if destination == "denoise" and withheld(view.split, view.status):
        st.toast("Held out: the model’s view of this document stays hidden until it is submitted.")
        return
    if destination == "denoise":
        if offset.isascii() and offset.isdecimal() and len(offset) < 10:
            request_sentence(str(view.document_id), int(offset))
        location.go(location.DENOISE, view.document_id)
    if destination == "suggest":
        resuggest.begin(service, view.document_id, app.person)
        return
    if destination == "history":
        history.ask(view)
        return
    if destination == "next" and view.status in ("submitted", "skipped"):
        target = next_document(app.sessions, view.project_id, view.document_id, person=app.person)
    else:
        around = view.heading.surroundings
        target = around.next if destination == "next" else around.previous
    if target is None:
        st.toast(f"No {destination} document.")
        return
    location.choose_document(target)
    st.rerun()


def offer_to_read_around(view: DocumentView) -> None:
    if view.read_only or view.split == "holdout":
        return
    st.toggle(
        "Suggest again around my corrections",
        key=_AROUND,
        persist_state="session",
        help="After each correction, the model denoises the rest of its sentence again, given "
        "your decisions. Suggestions that contradict them disappear; new ones may appear.",
    )


def reads_around() -> bool:
    """Whether the person asked that the model looks again around what they correct."""
    return bool(st.session_state.get(_AROUND))


def read_around(
    service: AnnotationService, person: str, view: DocumentView, corrected: object
) -> None:
    """Where the person asked for it, lets the model look again at the sentences corrected; the
    browser is not trusted."""
    if not reads_around() or not isinstance(corrected, list):
        return
    stretches = [
        (start, end)
        for start, end in filter(_is_pair, corrected[:_MOST_CORRECTED])
        if 0 <= start < end <= len(view.text)
    ]
    if stretches:
        resuggest.begin(service, view.document_id, person, stretches)


def _is_pair(sent: object) -> bool:
    return isinstance(sent, list) and len(sent) == 2 and all(type(end) is int for end in sent)


def all_done(app: AppContext, above: Heading) -> None:
    """Says that nothing is left to annotate, and what comes then."""
    if above.surroundings.open:
        several = above.annotators > 1
        if several and not first_waiting(app.sessions, above.project_id, app.person):
            st.success("You’re all caught up.", icon=":material/done_all:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.success("Every document is submitted or skipped.", icon=":material/done_all:")
        if st.button("Train on them", icon=":material/model_training:"):
            location.go(location.TRAIN)
        if st.button("Export them", icon=":material/download:"):
            location.go(location.EXPORT)
