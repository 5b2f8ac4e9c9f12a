"""What to mark and how to decide, shown beside every document."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app.screens.common.wording import literal, with_safe_links
from app.services.annotation.document_view import LabelView

HOW_TO_DECIDE = """**How to decide**
- Judge each suggestion on its own: accept the right ones, reject the wrong ones. The model can be
  confident and wrong.
- Mark every mention, nested ones too: the place in *New York University* is an entity of its own.
- Mark the whole name as it is written, and nothing around it.
- Then read the text once more for entities that the model missed."""
"""What guidelines a project has that wrote none."""


def guidelines(labels: Sequence[LabelView], text: str) -> None:
    """`own` is what the project wrote; empty for `HOW_TO_DECIDE`."""
    with st.popover("Guidelines", icon=":material/menu_book:"):
        lines = [
            f"- **{literal(label.name)}**"
            + (f": {literal(label.description)}" if label.description else "")
            for label in labels
        ]
        listed = "\n".join(lines) or "This project has no labels yet; add them in Documents."
        st.markdown(f"**What to mark**\n\n{listed}\n\n")
        st.markdown(with_safe_links(text) or HOW_TO_DECIDE)
