"""The dialog that everything is deleted through: it asks for the name, typed."""

from __future__ import annotations

import streamlit as st

from app.context import AppContext
from app.screens.common.wording import clipped, count, literal
from app.services.operations import trash
from app.services.operations.trash import Wish
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
        wish = trash.wish(app.sessions, kind, id)
    except LookupError:
        _forget()
        return
    st.dialog(f"Delete the {kind}", on_dismiss=_forget)(_confirm)(app, wish)


def _forget() -> None:
    st.session_state.pop(_ASKED, None)


def _confirm(app: AppContext, wish: Wish) -> None:
    st.markdown(f"**{literal(clipped(wish.name, 120))}** {_meaning(wish)}")
    if wish.worked_on_by is not None:
        st.warning(f"{literal(wish.worked_on_by)} is working on it.", icon=":material/person:")
    with st.form("deletion", border=False):
        st.markdown("Type its name to confirm:")
        st.code(wish.name, language=None, wrap_lines=True)
        typed = st.text_input("Its name", key=f"typed_{wish.kind}_{wish.id}")
        if not st.form_submit_button("Delete", type="primary", icon=":material/delete:"):
            return
    try:
        trash.delete(app.sessions, wish.kind, wish.id, typed, app.person)
    except (ValueError, LookupError, OSError) as error:
        st.error(literal(str(error)))
        return
    _forget()
    st.rerun()


def _meaning(wish: Wish) -> str:
    if wish.kind == "project":
        return (
            f"moves to the trash with {count(wish.documents, 'document')} and all their "
            "annotations. You can restore the whole project from there."
        )
    if wish.kind == "label":
        return (
            "moves to the trash with "
            f"{count(wish.entities, 'accepted entity', 'accepted entities')}. They are not shown, "
            "exported or trained on until you restore it."
        )
    return "moves to the trash with all its annotations. You can restore it from there."
