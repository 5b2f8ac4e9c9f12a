"""A document's metadata, read-only: a button that opens it between the heading and the text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.screens.annotate.disclosure import disclosure_button, is_open
from app.screens.common.appearance import METADATA
from app.screens.common.wording import clipped, count, literal

SHOWN = 100
LONGEST_VALUE = 1_000
"""Characters shown of a value."""
_KEY = "metadata"


def metadata_button(meta: Mapping[str, Any]) -> None:
    """Opens and closes it; nothing where there is none."""
    if meta:
        disclosure_button("Metadata", "info", _KEY)


def metadata(meta: Mapping[str, Any]) -> None:
    """The keys and values as plain text, addresses too, above the document's own: nothing is
    covered by them."""
    reserved = st.empty()  # takes its place even where it is closed: the annotator stays as it is
    if not meta or not is_open(_KEY):
        return
    with reserved.container(key=METADATA, border=True, horizontal=True, gap="medium"):
        for key in list(meta)[:SHOWN]:
            with st.container(horizontal=True, gap="xsmall", width="content"):
                st.markdown(f"**{literal(clipped(key, LONGEST_VALUE))}**", width="content")
                st.text(_shown(meta[key]))
        if len(meta) > SHOWN:
            st.caption(f"And {count(len(meta) - SHOWN, 'key')} more.", width="content")


def _shown(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return clipped(", ".join(value), LONGEST_VALUE)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return clipped(text, LONGEST_VALUE)
