"""The history of a document as a dialog: list its steps, view and restore any version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import streamlit as st

from app.components.span_annotator import span_annotator
from app.context import AppContext
from app.editing import Draft, EditError
from app.screens.common.wording import count, literal, moment
from app.services.annotation import wire
from app.services.annotation.annotation import AnnotationService
from app.services.annotation.document_view import DocumentView
from app.services.annotation.history import HistoryError, Page, Step

_OF, _PAGE, _LOOK, _SAID = "history_of", "history_page", "history_look", "history_said"
_BASE_VERSION = "history_seen"
"""The present version when the dialog was last drawn: what was done since then nobody saw."""
PREVIEW = "history preview"
"""The key of the component that shows a version."""


def ask(view: DocumentView) -> None:
    """Has the dialog opened by `show`."""
    if st.session_state.get(_OF) != view.document_id:
        _forget()
    st.session_state[_OF] = view.document_id


def show(app: AppContext, service: AnnotationService, view: DocumentView) -> None:
    """The dialog, in every run until it is closed."""
    if is_open(view):
        _dialog(app, service, view)


def is_open(view: DocumentView) -> bool:
    return bool(st.session_state.get(_OF) == view.document_id)


def _forget() -> None:
    for key in (_OF, _PAGE, _LOOK, _BASE_VERSION):
        st.session_state.pop(key, None)


def _look(version: int) -> None:
    st.session_state[_LOOK] = version


@st.dialog("History", width="large", icon=":material/history:", on_dismiss=_forget)
def _dialog(app: AppContext, service: AnnotationService, view: DocumentView) -> None:
    page = service.history(view.document_id, app.person, int(st.session_state.get(_PAGE, 1)))
    if page.unnumbered:
        st.info(
            f"{count(page.unnumbered, 'step')} older than the version history: what changed is "
            "not on record, and earlier states cannot be restored.",
            icon=":material/info:",
        )
    looked: int | None = st.session_state.get(_LOOK)
    if looked is not None:
        _preview(app, service, view, page, looked)
    _steps(page.steps, page, looked)
    if page.pages > 1:
        st.pagination(page.pages, key=_PAGE)


def _steps(steps: Sequence[Step], page: Page, looked: int | None) -> None:
    for number, step in enumerate(steps):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            who = literal(step.person) if step.person else "A model"
            when = moment(step.at)
            version = "" if step.version is None else f" · version {step.version}"
            line = f"**{who}** {literal(step.summary)}" if step.person else literal(step.summary)
            refused = ""
            if step.refused:
                refused = f"  \n:orange-badge[Not applied] {literal(step.refused)}"
            st.markdown(f"{line}{refused}  \n:small[{when}{version}]")
            if step.version is not None:
                st.button(
                    "Viewing" if step.version == looked else "View",
                    icon=":material/visibility:",
                    key=f"look {page.number} {number}",
                    disabled=step.version == looked,
                    on_click=_look,
                    args=(step.version,),
                )
    if page.number == page.pages and page.version:
        st.button(
            "View the first version",
            icon=":material/first_page:",
            key="look 0",
            disabled=looked == 0,
            on_click=_look,
            args=(0,),
        )


def _preview(
    app: AppContext, service: AnnotationService, view: DocumentView, page: Page, version: int
) -> None:
    """The spans of a version on the text, and the button that brings it back."""
    try:
        draft = service.draft_at(view.document_id, app.person, version)
    except HistoryError as error:
        st.warning(literal(str(error)), icon=":material/history_toggle_off:")
        return
    base_version = int(st.session_state.get(_BASE_VERSION, page.version))
    st.session_state[_BASE_VERSION] = page.version
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(f"Version {version} of {page.version}", anchor=False)
        st.space("stretch")
        pressed = st.button(
            "Restore this version",
            icon=":material/settings_backup_restore:",
            type="primary",
            key="restore_version",
            disabled=view.read_only or version == page.version,
            help="The document is submitted: reopen it first." if view.read_only else None,
        )
    if pressed:
        _restore(app, service, view, version, base_version)
    _on_the_text(view, draft, version)


def _restore(
    app: AppContext, service: AnnotationService, view: DocumentView, version: int, base_version: int
) -> None:
    try:
        service.restore(view.document_id, version, app.person, base_version)
    except (EditError, HistoryError) as error:
        st.error(literal(str(error)), icon=":material/error:")
        return
    _forget()
    st.session_state[_SAID] = (
        f"Version {version} restored. Later versions are still in the history."
    )
    st.rerun()


def _on_the_text(view: DocumentView, draft: Draft, version: int) -> None:
    span_annotator(
        doc_id=f"{view.document_id} at {version}",
        text=view.text,
        labels=[asdict(label) for label in view.labels],
        spans=wire.spans(draft.spans),
        key=PREVIEW,
        store=PREVIEW,
        read_only=True,
        empty="This version has no entities.",
        comment=draft.comment,
        skip_reason=draft.skip_reason,
        version=version,
    )


def news() -> None:
    """That a version is back, told once."""
    message = st.session_state.pop(_SAID, None)
    if message:
        st.toast(message, icon=":material/settings_backup_restore:")
