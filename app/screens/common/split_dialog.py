"""The dialog that goes through the entities of a split label, one at a time in its sentence."""

from __future__ import annotations

from html import escape

import streamlit as st

from app.context import AppContext
from app.screens.common.wording import clipped, literal
from app.services.labels import split as label_split
from app.services.labels.split import Asked, Pass

_AROUND = 300
"""Characters shown before and after an entity, at most."""
_SAID = "split_said"


def split_in_progress(app: AppContext, project_id: int) -> None:
    """The open pass, where there is one."""
    found = label_split.standing(app.sessions, project_id)
    if found is None:
        return
    with st.container(border=True):
        whole = found.done + found.left
        st.markdown(f"**Splitting {literal(found.label)}**")
        if whole:
            st.progress(found.done / whole, f"{found.done} of {whole} decided")
        if refused := st.session_state.pop(_SAID, None):
            st.warning(literal(refused), icon=":material/info:")
        if found.next is not None:
            _entity(app, project_id, found, found.next)
        else:
            st.success("All entities are decided.", icon=":material/check:")
        st.button(
            "Finish splitting",
            icon=":material/done_all:" if found.next is None else ":material/close:",
            key="end split",
            help="Undecided entities keep their label.",
            on_click=label_split.finish,
            args=(app.sessions, project_id, app.person),
        )


def _entity(app: AppContext, project_id: int, found: Pass, asked: Asked) -> None:
    before, after = asked.before[-_AROUND:], asked.after[:_AROUND]
    st.html(
        f'<p style="line-height:1.8;white-space:pre-wrap">{escape(before)}<mark '
        f'style="padding:2px 4px;border-radius:4px;color:inherit;background:#f2b70566">'
        f"{escape(asked.words)}</mark>"
        f"{escape(after)}</p>"
    )
    st.caption(f"In {literal(clipped(asked.name, 80))}. Which label fits?")
    with st.container(horizontal=True):
        for number, label in enumerate((*found.into, found.label), 1):
            left = label == found.label
            st.button(
                f"Keep {literal(label)}" if left else literal(label),
                key=f"split to {label}",
                shortcut=str(number) if number < 10 else None,
                on_click=_choose,
                args=(app, project_id, found.id, asked.location, label),
            )


def _choose(
    app: AppContext, project_id: int, pass_id: int, location: tuple[int, int, int], label: str
) -> None:
    try:
        label_split.choose(app.sessions, project_id, pass_id, location, label, app.person)
    except (ValueError, LookupError) as error:
        st.session_state[_SAID] = str(error)
