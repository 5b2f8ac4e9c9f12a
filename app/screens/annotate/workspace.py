"""The Annotate page around the span annotator: where one is, what is known, where to go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NoReturn

import streamlit as st

from app.components.span_annotator import span_annotator
from app.context import SUGGESTING, AppContext
from app.screens.annotate import flow, long_document, navigation_requests, visit
from app.screens.annotate.guidelines import guidelines, guidelines_button
from app.screens.annotate.metadata import metadata, metadata_button
from app.screens.annotate.visit import KEY
from app.screens.common import location
from app.screens.common.appearance import BESIDE
from app.screens.common.icon_button import icon_button
from app.screens.common.sentence import withheld
from app.screens.common.wording import STATUS, clipped, count, literal
from app.services.annotation.annotation import AnnotationService
from app.services.annotation.document_data import HELD_OUT, document_data
from app.services.annotation.document_view import DocumentView, Heading
from app.services.annotation.opening import Glance
from app.services.operations.projects import ProjectView
from app.services.suggestions.queue import next_document
from app.services.team.assignment import FullError
from app.web import edits, open_pages
from storage.enums import DocumentStatus

_BADGES: Mapping[DocumentStatus, Literal["green", "orange"]] = {
    "submitted": "green",
    "skipped": "orange",
}
"""Of what is done; an open document needs none, and an edit that begins it no run of the page."""
_UNCOVERED_SHOWN = 5
WIDTH = 1120
"""Pixels."""


def column() -> Any:
    """A column in the middle, no wider than lines can be read with ease."""
    with st.container(horizontal_alignment="center"):
        return st.container(width=WIDTH)


def heading(
    app: AppContext, service: AnnotationService, above: Heading, project: ProjectView
) -> None:
    """The document's name, its place in the project, its status, and the ways on."""
    around, status = above.surroundings, above.status
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _step("previous", "arrow_back", around.previous, "Ctrl+←")
        _step("next", "arrow_forward", around.next, "Ctrl+→")
        st.subheader(literal(clipped(above.name, 60)), anchor=False, width="content")
        if status in _BADGES:
            st.badge(STATUS[status], color=_BADGES[status])
        if above.split == "holdout":
            st.badge("Held out", icon=":material/lock_person:", color="violet", help=HELD_OUT)
        st.caption(
            f"{around.number:,} of {around.total:,} in {literal(clipped(project.name, 40))}",
            width="content",
        )
        st.space("stretch")
        guidelines_button()
        metadata_button(above.meta)
        if not withheld(above.split, status) and st.button(
            "How the model got here", icon=":material/blur_on:", help="D"
        ):
            location.go(location.DENOISE, above.document_id)
        if status == "submitted" and st.button(
            "Reopen to correct", icon=":material/lock_open:", type="primary", key="reopen"
        ):
            service.reopen(above.document_id, app.person)
            st.rerun()
    metadata(above.meta)


def open_document(app: AppContext, service: AnnotationService, glance: Glance) -> DocumentView:
    """The document; where it is not known yet, the model reads it. Ends the run where it has its
    annotators."""
    reading = st.empty()  # takes its place even where nobody needs to wait
    if glance.view is not None:
        return glance.view
    try:
        with reading, st.spinner("Predicting entities …", show_time=True):
            return service.begin(glance, app.person)
    except FullError as problem:
        _full(app, glance.heading, str(problem))


def other_annotators(view: DocumentView) -> None:
    """Who else works on the document, or that nobody sees what is done here."""
    if view.holder:
        st.info(
            f"**{literal(view.holder)}** has this document open. Your edits are merged, and you "
            "are asked about conflicts; the queue sends nobody else here.",
            icon=":material/group:",
        )
    if view.annotators > 1:
        st.caption(
            f"{view.annotators} people annotate this document "
            "independently. Nobody sees the others’ answers; a reviewer compares them."
        )


def _full(app: AppContext, above: Heading, problem: str) -> NoReturn:
    """A document that has its annotators, and the way on."""
    st.info(literal(problem), icon=":material/group_off:")
    target = next_document(app.sessions, above.project_id, above.document_id, person=app.person)
    if target is None:
        st.success(
            "You’re all caught up: no other document is waiting.", icon=":material/done_all:"
        )
    elif st.button("Go to the next document", icon=":material/arrow_forward:", type="primary"):
        location.choose_document(target)
        st.rerun()
    st.stop()


def _step(name: str, icon: str, document_id: int | None, keys: str) -> None:
    if icon_button(
        f"{name.capitalize()} document", icon, key=name, help=keys, disabled=document_id is None
    ):
        assert document_id is not None
        location.choose_document(document_id)
        st.rerun()


def annotator(app: AppContext, view: DocumentView, can_ask: bool) -> Any:
    """Mounts the span annotator on the document as it is stored, with the guidelines beside it."""
    with st.container(key=BESIDE, horizontal=True, gap="small"):
        result = span_annotator(
            edits=edits.address(open_pages.number()),
            key=KEY,
            store=app.store,
            person=app.person,
            hotkeys=view.heading.hotkeys,
            around=navigation_requests.reads_around(),
            flow=flow.current(),
            opened=visit.opened_by_annotator(),
            **document_data(view, app.person, can_ask=can_ask, reading=long_document.reading(view)),
        )
        guidelines(view.heading.labels, view.heading.guidelines)
    return result


def suggestions_origin(view: DocumentView, problem: str | None) -> None:
    """Where the suggestions come from, or why there are none; and what was not looked at."""
    unasked = problem if view.predicted == "never" and not view.held_out else None
    failed = view.prediction_error or unasked
    if failed:
        st.warning(
            f"No suggestions{' of a model' if view.by_rules else ''}: {literal(failed)}\n\nYou can "
            "still annotate.",
            icon=":material/warning:",
        )
    lines = _provenance(view)
    if lines and not failed:
        st.caption(lines)
    elif view.by_rules:
        st.caption(_of_rules(view))
    if view.uncovered:
        words = [f"“{clipped(view.text[start:end], 40)}”" for start, end in view.uncovered]
        more = len(words) - _UNCOVERED_SHOWN
        st.warning(
            f"The model could not process {count(len(words), 'passage')} of this text: "
            f"{literal(', '.join(words[:_UNCOVERED_SHOWN]))}"
            f"{f' and {more} more' if more > 0 else ''}. Read them with care.",
            icon=":material/visibility_off:",
        )


def _provenance(view: DocumentView) -> str:
    if view.held_out:
        return (
            "Held out: no suggestions are shown here, because your annotation is what models are "
            "evaluated on. No model is trained on it."
        )
    return f"{_of_model(view)} {_of_rules(view)}".rstrip()


def _of_rules(view: DocumentView) -> str:
    return f"{count(view.by_rules, 'suggestion')} by rules." if view.by_rules else ""


def _of_model(view: DocumentView) -> str:
    if view.predicted == "never":
        people = "" if view.by_rules else ": people marked what is marked here"
        return f"No model has processed this document{people}."
    if view.sent_model:
        return f"Suggestions by {literal(view.sent_model)}, which a program sent."
    if view.model_version_id is None:
        return "The suggestions were imported with the document."
    learnt = f", learnt from {count(view.learnt_from, 'document')}" if view.learnt_from else ""
    model = f"Model version {view.model_version_id}"
    sampler = f"γ = {SUGGESTING.steps}, K = {SUGGESTING.num_spans}, seed {SUGGESTING.seed}"
    if view.progress:
        read = f"{view.progress.read:,} of {view.progress.sentences:,} sentences"
        return (
            f"Suggestions by model version {view.model_version_id} for {read} ({sampler}{learnt})."
        )
    if view.predicted == "other_labels":
        return f"{model} knows none of this project’s labels ({sampler})."
    if view.predicted == "nothing":
        return f"{model} found no entities in this document ({sampler}{learnt})."
    return f"Suggestions by model version {view.model_version_id} ({sampler}{learnt})."
