"""The guided pass over a label that is split: an entity in its sentence, and a key a label."""

from __future__ import annotations

import streamlit as st

from app.services import splitting
from app.services.splitting import Asked, Pass
from app.state import Desk
from app.views import place
from app.views.wording import clipped, count, literal

_KEYS = "123456789"
_LEAVE = "0"


def guided_pass(desk: Desk, project_id: int) -> None:
    """What is asked now; nothing where no label is being split."""
    now = splitting.standing(desk.sessions, project_id)
    if now is None:
        return
    label, total = literal(now.label), now.done + now.left
    with st.container(border=True):
        st.markdown(f"**Splitting {label}** into {', '.join(map(literal, now.into))}")
        st.progress(
            now.done / total if total else 1.0,
            text=f"{now.done:,} of {total:,} decided. Each choice is saved at once: leave when you "
            "like, and go on here.",
        )
        if now.next is None:
            st.success(
                f"Every entity is decided. What you left is still {label}.",
                icon=":material/done_all:",
            )
        else:
            _ask(desk, project_id, now, now.next)
        left = count(now.left, "entity stays", "entities stay")
        if st.button(
            "Finish" if now.next is None else f"End it here: {left} {label}",
            type="primary" if now.next is None else "tertiary",
            key="finish split",
        ):
            splitting.finish(desk.sessions, project_id, desk.person)
            st.rerun()


def _ask(desk: Desk, project_id: int, now: Pass, asked: Asked) -> None:
    words = literal(asked.words) or "⏎"
    st.caption(literal(clipped(asked.name, 60)) or f"document {asked.place[0]}")
    st.markdown(
        f"{_beside(asked.before, left=True)}:orange-background[**⟦{words}⟧**]"
        f"{_beside(asked.after, left=False)}"
    )
    with st.container(horizontal=True):
        for number, to in enumerate(now.into):
            key = _KEYS[number] if number < len(_KEYS) else None
            _choice(desk, project_id, now, to, literal(to), key)
        _choice(desk, project_id, now, now.label, f"Leave as {literal(now.label)}", _LEAVE)
        if st.button("Open", icon=":material/ink_highlighter:", type="tertiary", key="open split"):
            place.go(place.ANNOTATE, asked.place[0])


def _choice(desk: Desk, project_id: int, now: Pass, to: str, said: str, key: str | None) -> None:
    assert now.next is not None
    if not st.button(said, shortcut=key, key=f"split {now.next.place} to {to}"):
        return
    try:
        splitting.choose(desk.sessions, project_id, now.id, now.next.place, to, desk.person)
    except (ValueError, LookupError) as error:
        st.error(literal(str(error)))
        return
    st.rerun()


def _beside(text: str, *, left: bool) -> str:
    """The text beside the entity, with the blank that parts them."""
    blank = " " if text and (text[-1] if left else text[0]).isspace() else ""
    return f"{literal(text)}{blank}" if left else f"{blank}{literal(text)}"
