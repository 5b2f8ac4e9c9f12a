"""What to mark and how to decide, at hand beside every document."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app.screens.common.wording import literal
from app.services.annotation.document_view import LabelView

HOW_TO_DECIDE = """**How to decide**
- Look at each suggestion on its own: accept what is right, reject what is not. The model is sure of
  some mistakes, too.
- Mark a name wherever it stands, also inside another: the place in *New York University* is a name
  of its own.
- Take the whole name as it is written, and nothing around it.
- Then read once more for what nobody suggested."""
"""What guidelines a project has that wrote none."""


def guidelines(labels: Sequence[LabelView], own: str) -> None:
    """`own` is what the project wrote; empty for `HOW_TO_DECIDE`."""
    with st.popover("Guidelines", icon=":material/menu_book:"):
        lines = [
            f"- **{literal(label.name)}**"
            + (f": {literal(label.description)}" if label.description else "")
            for label in labels
        ]
        listed = "\n".join(lines) or "This project has no labels yet; add them in Documents."
        st.markdown(f"**What to mark**\n\n{listed}\n\n")
        st.markdown(own or HOW_TO_DECIDE)
