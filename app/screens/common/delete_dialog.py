"""The dialog that everything is deleted through: it asks for the name, typed."""

from __future__ import annotations

import streamlit as st

from app.context import AppContext
from app.screens.common.wording import clipped, count, literal
from app.services.operations import trash
from app.services.operations.trash import Wish
from storage.repository.trash import Kind

_ASKED = "deletion_asked"


def ask(kind: Kind, id: int) -> None:
    """Opens the dialog; to be called before `answer`, as in a callback."""
    st.session_state[_ASKED] = (kind, id)


def answer(app: AppContext) -> None:
    """Shows the dialog until it is answered or closed."""
    asked: tuple[Kind, int] | None = st.session_state.get(_ASKED)
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
        st.markdown("To delete it, type its name:")
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
            f"goes to the bin with {count(wish.documents, 'document')} and all that people and "
            "models said of them. It can be restored from there, whole."
        )
    if wish.kind == "label":
        return (
            f"goes to the bin with {count(wish.entities, 'accepted entity', 'accepted entities')}. "
            "They are not shown, exported or trained on until it is restored."
        )
    return "goes to the bin with everything that was marked in it. It can be restored from there."
