"""What to mark and how to decide, at hand beside every document."""

from __future__ import annotations

import streamlit as st

from app.state import Desk
from app.views.wording import literal
from storage.repository import projects

HOW_TO_DECIDE = """**How to decide**
- Look at each suggestion on its own: accept what is right, reject what is not. The model is sure of
  some mistakes, too.
- Mark a name wherever it stands, also inside another: the place in *New York University* is a name
  of its own.
- Take the whole name as it is written, and nothing around it.
- Then read once more for what nobody suggested."""
"""What guidelines a project has that wrote none."""


def guidelines(desk: Desk, project_id: int) -> None:
    with desk.sessions() as session:
        labels = projects.labels(session, project_id)
        own = projects.get(session, project_id).guidelines.strip()
    with st.popover("Guidelines", icon=":material/menu_book:"):
        st.markdown("**What to mark**")
        lines = [
            f"- **{literal(label.name)}**"
            + (f": {literal(label.description)}" if label.description else "")
            for label in labels
        ]
        st.markdown("\n".join(lines) or "This project has no labels yet; add them in Documents.")
        st.markdown(own or HOW_TO_DECIDE)
