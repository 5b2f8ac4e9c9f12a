"""People: accounts, and who takes part in which project. For administrators."""

from __future__ import annotations

import streamlit as st

from app import state
from app.views import people
from app.views.header import project_header

desk = state.desk()
project = project_header(
    desk, "People", "Who may sign in, and what they may do in this project.", "administer"
)
known = people.account_table(desk)
accounts, members = st.columns(2, gap="large")
with accounts:
    people.new_account(desk)
    people.change_account(desk, known)
with members:
    people.project_members(desk, project, known)
