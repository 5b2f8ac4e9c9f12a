"""People: accounts, and who takes part in which project. For administrators."""

from __future__ import annotations

import streamlit as st

from app import context
from app.screens.common.project_header import project_header
from app.screens.people import tables

app = context.current()
project = project_header(
    app, "People", "Who may sign in, and what they may do in this project.", "administer"
)
known = tables.account_table(app)
accounts, members = st.columns(2, gap="large")
with accounts:
    tables.new_account(app)
    tables.change_account(app, known)
with members:
    tables.project_members(app, project, known)
