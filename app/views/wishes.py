"""Where a person wants to go from a document, and what they ask of the model."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import NoReturn

import streamlit as st

from app.editing import GestureError
from app.services.annotation import AnnotationService, DocumentView
from app.services.queue import next_document
from app.services.rereading import Change
from app.state import Desk
from app.views import place
from app.views.receiving import Received
from app.views.sentence import unseen
from app.views.wording import count, literal
from storage.vocabulary import DocumentStatus

LOG = logging.getLogger(__name__)
OPEN: tuple[DocumentStatus, ...] = ("new", "in_progress")
_SAID, _AROUND = "said of the last wish", "read_around"


def follow(wish: str, desk: Desk, service: AnnotationService, view: DocumentView) -> None:
    """Does what the person asked for from inside the text, once everything is saved."""
    if wish == "denoise" and unseen(view.split, view.status):
        st.toast("Held back: the model shows nothing of this document before it is submitted.")
        return
    if wish == "denoise":
        place.go(place.DENOISE, view.document_id)
    if wish == "suggest":
        _denoise_the_rest(desk, service, view)
    if wish == "next" and view.status in ("submitted", "skipped"):
        target = next_document(desk.sessions, view.project_id, view.document_id)
    else:
        neighbours = service.neighbours(view.document_id)
        target = neighbours.next if wish == "next" else neighbours.previous
    if target is None:
        st.toast(f"There is no {wish} document.")
        return
    place.choose_document(target)
    st.rerun()


def _denoise_the_rest(desk: Desk, service: AnnotationService, view: DocumentView) -> NoReturn:
    try:
        change = service.read_again(view.document_id, desk.person)
    except GestureError as error:
        st.session_state[_SAID] = literal(str(error))
    except Exception as error:  # a broken model must not keep a person from annotating
        LOG.exception("document %s could not be read again", view.document_id)
        st.session_state[_SAID] = f"The model could not read this document: {literal(str(error))}"
    else:
        st.session_state[_SAID] = _said(change)
    st.rerun()


def _said(change: Change) -> str:
    if not change.added and not change.gone:
        return "The model has nothing to add to what you decided."
    parts = []
    if change.added:
        parts.append(f"{count(change.added, 'new suggestion')}")
    if change.gone:
        parts.append(f"{count(change.gone, 'suggestion')} gone that contradicted you")
    return f"Denoised beside what you decided: {', '.join(parts)}."


def offer_to_read_around(view: DocumentView) -> None:
    if view.read_only or view.split == "control":
        return
    st.toggle(
        "Read again around my corrections",
        key=_AROUND,
        persist_state="session",
        help="After each correction the model denoises the rest of its sentence once more, beside "
        "what you decided. Suggestions that contradict you go; new ones may come.",
    )


def read_around(service: AnnotationService, person: str, received: Received) -> None:
    """Where the person asked for it, lets the model look again at the sentences corrected."""
    if not st.session_state.get(_AROUND):
        return
    try:
        service.read_again(received.document_id, person, received.corrected)
    except GestureError as error:
        LOG.info("document %s was not read again: %s", received.document_id, error)
    except Exception:  # a broken model must not keep a person from annotating
        LOG.exception("document %s could not be read again", received.document_id)


def news() -> None:
    """What came of the last wish, told once."""
    said = st.session_state.pop(_SAID, None)
    if said:
        st.toast(said, icon=":material/blur_on:")


def all_done(counts: Mapping[DocumentStatus, int]) -> None:
    """Says that nothing is left to annotate, and what comes then."""
    if any(counts[status] for status in OPEN):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.success("Every document is submitted or skipped.", icon=":material/done_all:")
        if st.button("Train on them", icon=":material/model_training:"):
            place.go(place.TRAIN)
        if st.button("Export them", icon=":material/download:"):
            place.go(place.EXPORT)
