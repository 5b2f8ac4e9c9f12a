"""What to mark and how to decide: a button that opens it beside the text, which it never covers."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app.screens.annotate.disclosure import close_button, disclosure_button, is_open
from app.screens.common.appearance import GUIDELINES
from app.screens.common.wording import literal, with_safe_links
from app.services.annotation.document_view import LabelView

HOW_TO_DECIDE = """**How to decide**
- Judge each suggestion on its own: accept the right ones, reject the wrong ones. The model can be
  confident and wrong.
- Mark every mention, nested ones too: the place in *New York University* is an entity of its own.
- Mark the whole name as it is written, and nothing around it.
- Then read the text once more for entities that the model missed."""
"""What guidelines a project has that wrote none."""
WIDTH = 304
"""Pixels."""
_KEY = "guidelines"


def guidelines_button() -> None:
    """Opens and closes them."""
    disclosure_button("Guidelines", "menu_book", _KEY)


def guidelines(labels: Sequence[LabelView], text: str) -> None:
    """`text` is what the project wrote; empty for `HOW_TO_DECIDE`."""
    reserved = st.empty()  # takes its place even where it is closed: the annotator stays as it is
    if not is_open(_KEY):
        return
    with reserved.container(key=GUIDELINES, border=True, width=WIDTH):
        lines = [
            f"- **{literal(label.name)}**"
            + (f": {literal(label.description)}" if label.description else "")
            for label in labels
        ]
        listed = "\n".join(lines) or "This project has no labels yet; add them in Documents."
        st.markdown(f"**What to mark**\n\n{listed}\n\n")
        st.markdown(with_safe_links(text) or HOW_TO_DECIDE)
        close_button(_KEY)
