"""Renaming, merging and splitting labels, each asked about first with what it would touch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from app.services import label_changes, splitting
from app.services.label_changes import Weight
from app.state import Desk
from app.views.wording import count, literal
from storage.models import Label

_RENAME, _MERGE, _SPLIT = "Rename", "Merge", "Split"


def change_a_label(desk: Desk, labels: Sequence[Label]) -> None:
    """What can be done to a label as a whole."""
    names = {label.id: label.name for label in labels}
    project_id = labels[0].project_id
    with st.expander("Rename, merge or split a label", icon=":material/alt_route:"):
        kind = st.segmented_control(
            "What to do",
            [_RENAME, _MERGE, _SPLIT],
            default=_RENAME,
            key="label_change",
            label_visibility="collapsed",
            required=True,
        )
        chosen = st.selectbox(
            "Label",
            list(names),
            None,
            format_func=lambda id: names.get(id, ""),
            key=f"label_to_change_{project_id}_{hash(tuple(names.items()))}",
            placeholder="Choose a label",
        )
        if chosen is None:
            return
        if kind == _RENAME:
            _rename(desk, project_id, chosen, names)
        elif kind == _MERGE:
            _merge(desk, project_id, chosen, names)
        else:
            _split(desk, project_id, chosen, names)


def _rename(desk: Desk, project_id: int, chosen: int, names: dict[int, str]) -> None:
    name = st.text_input("New name", key=f"new_name_{chosen}", max_chars=100).strip()
    weight = label_changes.weigh(desk.sessions, project_id, chosen)
    st.caption(
        f"{_touched(weight)} will be called so. The histories keep the name of then. A model that "
        f"knows {literal(names[chosen])} goes on suggesting, by the new name. To undo it, rename "
        "it back."
    )
    if st.button("Rename", type="primary", disabled=not name, key="rename label"):
        _do(
            partial(label_changes.rename, desk.sessions, project_id, chosen, name, desk.person),
            f"{names[chosen]} is called {name} now.",
        )


def _merge(desk: Desk, project_id: int, chosen: int, names: dict[int, str]) -> None:
    others = [each for each in names if each != chosen]
    into = st.selectbox(
        "Into",
        others,
        None,
        format_func=lambda id: names.get(id, ""),
        key=f"merge_into_{chosen}",
        placeholder="Choose the label that stays",
    )
    if into is None:
        return
    weight = label_changes.weigh(desk.sessions, project_id, chosen, into)
    old, new = literal(names[chosen]), literal(names[into])
    both = f" {weight.doubles:,} of them {new} has too: two become one." if weight.doubles else ""
    st.warning(
        f"{_touched(weight)} will become {new}.{both} {old} is gone then, and what a model calls "
        f"{old} is suggested as {new}. There is no undo but each document’s history, which has the "
        "change.",
        icon=":material/merge:",
    )
    if st.button(f"Merge into {new}", type="primary", key="merge label"):
        _do(
            partial(label_changes.merge, desk.sessions, project_id, chosen, into, desk.person),
            f"{names[chosen]} is part of {names[into]} now.",
        )


def _split(desk: Desk, project_id: int, chosen: int, names: dict[int, str]) -> None:
    others = [name for id, name in names.items() if id != chosen]
    into = st.multiselect(
        "Into",
        others,
        accept_new_options=True,
        key=f"split_into_{chosen}",
        placeholder="Type new names, or choose labels",
        help="New names become labels. The old label stays; delete it once nothing is left.",
    )
    weight = label_changes.weigh(desk.sessions, project_id, chosen)
    st.caption(
        f"You will be shown {count(weight.entities, 'entity', 'entities')} in "
        f"{count(weight.documents, 'document')}, one after the other. Until the next retraining "
        f"the model goes on suggesting {literal(names[chosen])}."
    )
    if st.button("Begin", type="primary", disabled=not into, key="split label"):
        names_of_parts = [each.strip() for each in into]
        _do(
            partial(
                splitting.begin, desk.sessions, project_id, chosen, names_of_parts, desk.person
            ),
            f"Go through the entities of {names[chosen]} above.",
        )


def _touched(weight: Weight) -> str:
    """Such as: 37 entities in 12 documents, and 3 undecided suggestions."""
    said = f"{count(weight.entities, 'entity', 'entities')} in "
    said += count(weight.documents, "document")
    waiting = count(weight.waiting, "undecided suggestion")
    return f"**{said}**, and {waiting}," if weight.waiting else f"**{said}**"


def _do(act: Callable[[], object], said: str) -> None:
    try:
        act()
    except (ValueError, LookupError, OSError) as error:
        st.error(literal(str(error)))
        return
    st.toast(literal(said), icon=":material/check:")
    st.rerun()
