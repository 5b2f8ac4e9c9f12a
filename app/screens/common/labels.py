"""A project's labels: their names, colours, keys and meanings."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from html import escape

import pandas as pd
import streamlit as st

from app.components.span_annotator.hotkeys import conflicts
from app.context import AppContext
from app.screens.common import delete_dialog, relabel_dialog, split_dialog
from app.screens.common.relabel_dialog import Change
from app.screens.common.tables import key_of
from app.screens.common.wording import literal
from app.services.labels import label_set
from app.services.labels.label_set import LabelChange, ProjectLabel
from app.services.operations.projects import ProjectView
from storage.label_colours import next_colour

_CHANGES: dict[Change, str] = {
    "rename": ":material/edit:",
    "merge": ":material/merge:",
    "split": ":material/call_split:",
}
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def label_management(app: AppContext, project: ProjectView) -> None:
    """The labels to look at and to change, and the form for a new one."""
    labels = label_set.labels(app.sessions, project.id)
    may_change = app.may(project.id, "review")
    if may_change:
        split_dialog.split_in_progress(app, project.id)
    present, new = st.columns([3, 2], gap="large")
    with present:
        _table(app, project, labels)
        if labels and may_change:
            _change_label(app, project.id, labels)
    with new:
        _new_label(app, project.id, labels)


def _table(app: AppContext, project: ProjectView, labels: Sequence[ProjectLabel]) -> None:
    if not labels:
        st.info("No labels yet. Add the first one on the right.", icon=":material/label:")
        return
    stored = pd.DataFrame(
        {
            "Key": [label.key or "" for label in labels],
            "Label": [label.name for label in labels],
            "Meaning": [label.description for label in labels],
        },
        index=[label.id for label in labels],
    )
    table = stored.copy()
    table.insert(2, "Colour", [_swatch(label.color) for label in labels])
    edited = st.data_editor(
        table,
        hide_index=True,
        disabled=["Label", "Colour"],
        key=key_of(f"labels_{project.id}", stored),
        column_config={
            "Key": st.column_config.TextColumn(width="small", max_chars=1),
            "Colour": st.column_config.ImageColumn(
                width="small", help="Choose the label below to change its colour."
            ),
            "Meaning": st.column_config.TextColumn(width="large", max_chars=500),
        },
    )
    st.html(swatches([label.name for label in labels], [label.color for label in labels]))
    _save(app, project, labels, edited)
    st.caption(
        "A new label is available on the Annotate page immediately. The model learns it at the "
        "next retraining, from the documents where you used it."
    )


def swatches(names: Iterable[str], colours: Iterable[str]) -> str:
    """The labels as they will look. A colour that is none is grey."""
    shown = [
        f'<span style="border:1.5px solid {colour};border-radius:14px;padding:1px 10px;'
        f'background:{colour}33;overflow-wrap:anywhere">{escape(name)}</span>'
        for name, given in zip(names, colours, strict=True)
        for colour in [_valid(given)]
    ]
    return f'<div style="display:flex;flex-wrap:wrap;gap:6px">{"".join(shown)}</div>'


def _swatch(colour: str) -> str:
    """A picture of a colour, as an address."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="24">'
        f'<rect width="48" height="24" rx="6" fill="{_valid(colour)}"/></svg>'
    )
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def _valid(colour: str) -> str:
    return colour if _HEX.fullmatch(colour or "") else "#808080"


def _save(
    app: AppContext, project: ProjectView, labels: Sequence[ProjectLabel], edited: pd.DataFrame
) -> None:
    rows = edited.to_dict("records")
    changed = [
        (label, row)
        for label, row in zip(labels, rows, strict=True)
        if (label.key or "", label.description) != (row["Key"] or "", row["Meaning"] or "")
    ]
    if not changed:
        return
    keys = [{"name": row["Label"], "key": row["Key"] or None} for row in rows]
    wrong = conflicts(keys, project.hotkeys)
    if wrong:
        st.error(
            "\n".join(f"- {literal(problem)}" for problem in wrong), icon=":material/keyboard:"
        )
    if st.button("Save labels", type="primary", disabled=bool(wrong), key="save labels"):
        try:
            changes = [
                LabelChange(label.id, label.color, _upper(row["Key"]), row["Meaning"] or "")
                for label, row in changed
            ]
            label_set.change_labels(app.sessions, project.id, changes)
        except (ValueError, LookupError) as error:
            st.error(literal(str(error)))
            return
        st.rerun()


def _upper(key: str | None) -> str | None:
    """As it stands on keyboards; what has no single capital stays as it is."""
    return (key.upper() if len(key.upper()) == 1 else key) if key else None


def _change_label(app: AppContext, project_id: int, labels: Sequence[ProjectLabel]) -> None:
    by_id = {label.id: label for label in labels}
    names = {id: label.name for id, label in by_id.items()}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = st.selectbox(
            "Label to change",
            list(names),
            None,
            format_func=lambda id: names.get(id, ""),
            key=f"label_to_change_{project_id}_{len(labels)}",
            placeholder="Choose a label",
            width=200,
        )
        if chosen is not None:
            _choose_colour(app, project_id, by_id[chosen])
        for change, icon in _CHANGES.items():
            st.button(
                f"{change.capitalize()} …",
                icon=icon,
                disabled=chosen is None or (change == "merge" and len(labels) < 2),
                on_click=relabel_dialog.ask,
                args=(change, chosen),
                key=f"{change} label",
            )
        st.button(
            "Delete …",
            icon=":material/delete:",
            disabled=chosen is None,
            on_click=delete_dialog.ask,
            args=("label", chosen),
            key="delete label",
        )
    relabel_dialog.answer(app, project_id, names)


def _choose_colour(app: AppContext, project_id: int, label: ProjectLabel) -> None:
    """A picker; the table's unsaved keys and meanings stay where they are."""
    key = f"colour {label.id} {label.color}"
    st.color_picker(
        "Colour",
        _valid(label.color),
        key=key,
        on_change=_recolour,
        args=(app, project_id, label, key),
    )


def _recolour(app: AppContext, project_id: int, label: ProjectLabel, key: str) -> None:
    change = LabelChange(label.id, st.session_state[key], label.key, label.description)
    label_set.change_labels(app.sessions, project_id, [change])


def _new_label(app: AppContext, project_id: int, present: Sequence[ProjectLabel]) -> None:
    with st.form("new label", clear_on_submit=True):
        st.markdown("**New label**")
        words, colour = st.columns([4, 1])
        name = words.text_input("Name", key="label_name", max_chars=100, placeholder="EVENT")
        chosen = colour.color_picker(
            "Colour",
            next_colour([label.color for label in present]),
            key=f"label_color_{len(present)}",
        )
        meaning = st.text_input(
            "Meaning",
            key="label_description",
            placeholder="Named events: festivals, wars, matches",
            help="Annotators see this next to the label.",
        )
        if not st.form_submit_button("Add label", icon=":material/new_label:"):
            return
        try:
            label_set.add_label(
                app.sessions,
                project_id,
                name.strip(),
                color=chosen,
                description=meaning.strip(),
            )
        except ValueError as error:
            st.error(literal(str(error)))
            return
    st.rerun()
