"""A document's metadata, read-only: a button that opens it between the heading and the text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.screens.common.appearance import METADATA
from app.screens.common.wording import clipped, count, literal

SHOWN = 100
LONGEST_VALUE = 1_000
"""Characters shown of a value."""
_OPEN = "metadata_open"
"""In the session: whether it is open, from document to document."""


def metadata_button(meta: Mapping[str, Any]) -> None:
    """Opens and closes it; nothing where there is none."""
    if not meta:
        return
    is_open = st.session_state.get(_OPEN, False)
    name, icon = ("Hide metadata", "close") if is_open else ("Metadata", "info")
    st.button(name, icon=f":material/{icon}:", key="metadata_button", on_click=_turn)


def metadata(meta: Mapping[str, Any]) -> None:
    """The keys and values as plain text, above the document's own: nothing is covered by them."""
    reserved = st.empty()  # takes its place even where it is closed: the annotator stays as it is
    if not meta or not st.session_state.get(_OPEN, False):
        return
    with reserved.container(key=METADATA, border=True, horizontal=True, gap="medium"):
        for key in list(meta)[:SHOWN]:
            name = literal(clipped(key, LONGEST_VALUE))
            st.markdown(f"**{name}** {literal(_shown(meta[key]))}", width="content")
        if len(meta) > SHOWN:
            st.caption(f"And {count(len(meta) - SHOWN, 'key')} more.", width="content")


def _turn() -> None:
    st.session_state[_OPEN] = not st.session_state.get(_OPEN, False)


def _shown(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return clipped(", ".join(value), LONGEST_VALUE)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return clipped(text, LONGEST_VALUE)
