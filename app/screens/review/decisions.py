"""A person's decision on a doubt: take the suggestion, keep the annotation, or open it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app import context
from app.editing import EditError
from app.screens.common import location
from app.screens.common.wording import clipped, literal
from app.services.suggestions import take_suggestion
from app.services.suggestions.label_review import ReviewService, Suspect
from app.services.suggestions.take_suggestion import Taken
from core.types import Entity

Key = tuple[int, Entity | None, Entity | None]
_CORRECT = "review_correct"
_TAKEN = "review_taken"


def undecided(suspects: Sequence[Suspect]) -> list[Suspect]:
    """Those that the person has not called correct."""
    correct = _correct()
    return [suspect for suspect in suspects if suspect.key not in correct]


def forget() -> None:
    """Forget what the person called correct."""
    st.session_state[_CORRECT] = set()


def buttons(suspect: Suspect, service: ReviewService, version: int, person: str) -> None:
    """The three decisions."""
    shown = suspect.entity or suspect.instead
    assert shown is not None
    key = f"{suspect.set_id} {shown.start} {shown.end} {shown.label}"
    if st.button(
        "Take the suggestion",
        icon=":material/done_all:",
        key=f"take {key}",
        width="stretch",
        help="Corrects the document and submits it again. Its history has the step; you can undo "
        "it here or there.",
    ):
        _take(suspect, service, version, person)
    if st.button(
        "It is correct",
        icon=":material/check:",
        key=f"keep {key}",
        width="stretch",
        help="Hides it from this list until you reload the page. Nothing else changes.",
    ):
        _correct().add(suspect.key)
        st.rerun()
    if st.button(
        "Open",
        icon=":material/ink_highlighter:",
        key=f"open {key}",
        width="stretch",
        help="It stays submitted until you reopen it there.",
    ):
        location.go(location.ANNOTATE, suspect.document_id)


def show_taken(service: ReviewService, version: int, person: str) -> None:
    """The suggestion that was taken last, with a way back."""
    taken: Taken | None = st.session_state.get(_TAKEN)
    if taken is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.success(
            f"Corrected in {literal(clipped(taken.suspect.name, 60))} and submitted again.",
            icon=":material/done_all:",
        )
        if st.button("Undo", icon=":material/undo:", key="take_back"):
            _take_back(taken, service, version, person)


def _take(suspect: Suspect, service: ReviewService, version: int, person: str) -> None:
    try:
        taken = take_suggestion.apply_suggestion(context.current().sessions, suspect, person)
    except EditError as reason:
        st.error(literal(str(reason)))
        return
    service.replace_set(suspect.set_id, taken.set_id, version, without=[suspect])
    st.session_state[_TAKEN] = taken
    st.rerun()


def _take_back(taken: Taken, service: ReviewService, version: int, person: str) -> None:
    try:
        suspect = take_suggestion.take_back(context.current().sessions, taken, person)
    except EditError as reason:
        st.error(literal(str(reason)))
        return
    service.replace_set(taken.set_id, suspect.set_id, version, back=[suspect])
    del st.session_state[_TAKEN]
    st.rerun()


def _correct() -> set[Key]:
    correct: set[Key] = st.session_state.setdefault(_CORRECT, set())
    return correct
