"""Ask the model again while a person goes on working, and report what came of it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass

import streamlit as st

from app.editing import EditError
from app.screens.common.error_message import reason
from app.screens.common.wording import count
from app.services.annotation.annotation import AnnotationService
from app.services.suggestions.resuggest import BackgroundResuggest, Change, Stretch

LOG = logging.getLogger(__name__)
_PENDING, _SAID = "reading", "said of the second look"
OFTEN = 0.5
"""Seconds from one glance to the next at whether the model is done."""


@dataclass(frozen=True, slots=True)
class PendingResuggest:
    """A second look under way."""

    document_id: int
    result: Future[Change]
    announced: bool
    """Whether the person asked for it in so many words, and wants to hear what came of it."""


@st.cache_resource(show_spinner=False)
def _background() -> BackgroundResuggest:
    return BackgroundResuggest()


def begin(
    service: AnnotationService,
    document_id: int,
    person: str,
    around: Iterable[Stretch] | None = None,
) -> None:
    """Begins a second look, everywhere or around some stretches."""
    before: PendingResuggest | None = st.session_state.get(_PENDING)
    result = _background().ask(service.resuggest, document_id, person, around)
    announced = around is None or bool(before and before.announced and not before.result.done())
    st.session_state[_PENDING] = PendingResuggest(document_id, result, announced)


def finish() -> None:
    """Notes what came of a look that is over; to be called before the document is opened."""
    pending: PendingResuggest | None = st.session_state.get(_PENDING)
    if pending is None or not pending.result.done():
        return
    del st.session_state[_PENDING]
    message = _outcome(pending)
    if pending.announced:
        st.session_state[_SAID] = message


def _outcome(pending: PendingResuggest) -> str:
    try:
        return _said(pending.result.result())
    except EditError as error:
        LOG.info("document %s was not read again: %s", pending.document_id, error)
        return reason(error)
    except Exception as error:  # a broken model must not keep a person from annotating
        LOG.exception("document %s could not be read again", pending.document_id)
        return f"The model could not process this document: {reason(error)}"


def _said(change: Change) -> str:
    if not change.added and not change.gone:
        return "No new suggestions: the model has nothing to add."
    parts = [count(change.added, "new suggestion")] if change.added else []
    if change.gone:
        parts.append(f"{count(change.gone, 'suggestion')} removed that contradicted you")
    return f"Suggested again, given your decisions: {', '.join(parts)}."


def news() -> None:
    """What came of the last look that was asked for, told once."""
    message = st.session_state.pop(_SAID, None)
    if message:
        st.toast(message, icon=":material/blur_on:")


def watch() -> None:
    """Shows that the model reads, and runs the page anew when it is done."""
    pending: PendingResuggest | None = st.session_state.get(_PENDING)
    if pending is not None:
        _glance(pending.result)


@st.fragment(run_every=OFTEN)
def _glance(result: Future[Change]) -> None:
    st.caption("The model is suggesting again; you can keep working.")
    if result.done():
        st.rerun()
