"""The dialog that everything is deleted through: it asks for the name, typed."""

from __future__ import annotations

import streamlit as st

from app.context import AppContext
from app.screens.common.wording import clipped, count, literal
from app.services.operations import trash
from app.services.operations.trash import DeletionRequest
from storage.enums import DeletableKind

_ASKED = "deletion_asked"


def ask(kind: DeletableKind, id: int) -> None:
    """Opens the dialog; to be called before `answer`, as in a callback."""
    st.session_state[_ASKED] = (kind, id)


def answer(app: AppContext) -> None:
    """Shows the dialog until it is answered or closed."""
    asked: tuple[DeletableKind, int] | None = st.session_state.get(_ASKED)
    if asked is None:
        return
    kind, id = asked
    try:
        request = trash.deletion_request(app.sessions, kind, id)
    except LookupError:
        _forget()
        return
    st.dialog(f"Delete the {kind}", on_dismiss=_forget)(_confirm)(app, request)


def _forget() -> None:
    st.session_state.pop(_ASKED, None)


def _confirm(app: AppContext, request: DeletionRequest) -> None:
    st.markdown(f"**{literal(clipped(request.name, 120))}** {_meaning(request)}")
    if request.worked_on_by is not None:
        st.warning(f"{literal(request.worked_on_by)} is working on it.", icon=":material/person:")
    with st.form("deletion", border=False):
        st.markdown("Type its name to confirm:")
        st.code(request.name, language=None, wrap_lines=True)
        typed = st.text_input("Its name", key=f"typed_{request.kind}_{request.id}")
        if not st.form_submit_button("Delete", type="primary", icon=":material/delete:"):
            return
    try:
        trash.delete(app.sessions, request.kind, request.id, typed, app.person)
    except (ValueError, LookupError, OSError) as error:
        st.error(literal(str(error)))
        return
    _forget()
    st.rerun()


def _meaning(request: DeletionRequest) -> str:
    if request.kind == "project":
        return (
            f"moves to the trash with {count(request.documents, 'document')} and all their "
            "annotations. You can restore the whole project from there."
        )
    if request.kind == "label":
        return (
            "moves to the trash with "
            f"{count(request.entities, 'accepted entity', 'accepted entities')}. They are not "
            "shown, exported or trained on until you restore it."
        )
    return "moves to the trash with all its annotations. You can restore it from there."
