"""The dialogs that rename, merge and split a label; they first say how much would change."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from app.context import AppContext
from app.screens.common.wording import count, literal
from app.services.labels import changes as label_changes
from app.services.labels import split as label_split
from app.services.labels.changes import Weight

Change = Literal["rename", "merge", "split"]
_ASKED = "label_change_asked"
_TITLES = {"rename": "Rename a label", "merge": "Merge two labels", "split": "Split a label"}


def ask(change: Change, label_id: int) -> None:
    """Opens the dialog; to be called before `answer`, as in a callback."""
    st.session_state[_ASKED] = (change, label_id)


def answer(app: AppContext, project_id: int, names: dict[int, str]) -> None:
    """Shows the dialog until it is answered or closed. `names` of the project's labels, by id."""
    asked: tuple[Change, int] | None = st.session_state.get(_ASKED)
    if asked is None:
        return
    change, label_id = asked
    if label_id not in names:
        _forget()
        return
    body = {"rename": _rename, "merge": _merge, "split": _split}[change]
    st.dialog(_TITLES[change], on_dismiss=_forget)(body)(app, project_id, label_id, names)


def _forget() -> None:
    st.session_state.pop(_ASKED, None)


def _rename(app: AppContext, project_id: int, label_id: int, names: dict[int, str]) -> None:
    weight = label_changes.weigh(app.sessions, project_id, label_id)
    st.markdown(
        f"**{literal(names[label_id])}** marks {_said(weight)}. All of them get the new name, "
        "everywhere, and so do the model’s suggestions. Renaming it back undoes this."
    )
    name = st.text_input("New name", names[label_id], max_chars=100, key=f"rename_{label_id}")
    if st.button("Rename", type="primary", disabled=name.strip() in ("", names[label_id])):
        try:
            label_changes.rename(app.sessions, project_id, label_id, name.strip(), app.person)
        except (ValueError, LookupError) as error:
            st.error(literal(str(error)))
            return
        _done()


def _merge(app: AppContext, project_id: int, label_id: int, names: dict[int, str]) -> None:
    others = [name for name in names if name != label_id]
    into = st.selectbox(
        f"Turn every {literal(names[label_id])} into",
        others,
        None,
        format_func=lambda id: names.get(id, ""),
        key=f"merge_{label_id}",
        placeholder="Choose a label",
    )
    if into is None:
        return
    weight = label_changes.weigh(app.sessions, project_id, label_id, into)
    double = f" {weight.doubles} of them have both labels and become one." if weight.doubles else ""
    st.markdown(
        f"**{literal(names[label_id])}** marks {_said(weight)}.{double} The change is recorded in "
        f"each document’s history. The label {literal(names[label_id])} is removed; to separate "
        "the two again, split the label."
    )
    if st.button(f"Merge into {literal(names[into])}", type="primary", key="merge"):
        try:
            label_changes.merge(app.sessions, project_id, label_id, into, app.person)
        except (ValueError, LookupError) as error:
            st.error(literal(str(error)))
            return
        _done()


def _split(app: AppContext, project_id: int, label_id: int, names: dict[int, str]) -> None:
    weight = label_changes.weigh(app.sessions, project_id, label_id)
    st.markdown(
        f"**{literal(names[label_id])}** marks {_said(weight)}. You will see each accepted one in "
        "its sentence and choose its label. You can leave at any time and resume later."
    )
    into = st.multiselect(
        "Which other labels can they have?",
        [name for id, name in names.items() if id != label_id],
        key=f"split_{label_id}",
        accept_new_options=True,
        placeholder="Choose labels, or type new ones",
    )
    if st.button("Start", type="primary", disabled=not into, key="split"):
        try:
            label_split.begin(
                app.sessions, project_id, label_id, [name.strip() for name in into], app.person
            )
        except (ValueError, LookupError) as error:
            st.error(literal(str(error)))
            return
        _done()


def _done() -> None:
    _forget()
    st.rerun()


def _said(weight: Weight) -> str:
    entities = count(weight.entities, "accepted entity", "accepted entities")
    waiting = f" and {count(weight.waiting, 'suggestion')}" if weight.waiting else ""
    return f"{entities}{waiting} in {count(weight.documents, 'document')}"
