"""A document's metadata, folded beside its name and read-only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.screens.common.wording import clipped, count

SHOWN = 100
LONGEST_VALUE = 1_000
"""Characters shown of a value."""


def metadata(meta: Mapping[str, Any]) -> None:
    """The keys and values as plain text; nothing where there are none."""
    if not meta:
        return
    with st.popover("Metadata", icon=":material/info:"):
        keys = list(meta)[:SHOWN]
        st.dataframe(
            {"Key": keys, "Value": [_shown(meta[key]) for key in keys]},
            hide_index=True,
            alt="The document’s metadata",
            column_config={"Value": st.column_config.Column(width="medium")},
        )
        if len(meta) > SHOWN:
            st.caption(f"And {count(len(meta) - SHOWN, 'key')} more.")


def _shown(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return clipped(", ".join(value), LONGEST_VALUE)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return clipped(text, LONGEST_VALUE)
