"""Who has which document, and giving documents to people."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.context import AppContext
from app.screens.common.wording import STATUS, count, literal
from app.services.team import assignment
from storage.models import Project

_LISTED = 1000


def given(app: AppContext, project: Project) -> None:
    """A row for each person, and one for each part."""
    parts = assignment.given(app.sessions, project.id)
    if not parts:
        st.info(
            "Nobody has a document yet. Who opens one takes a part in it; or give some out here.",
            icon=":material/assignment_ind:",
        )
        return
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Person": load.person,
                    "Open": load.open,
                    "Submitted": load.submitted,
                    "Skipped": load.skipped,
                }
                for load in assignment.loads(parts)
            ]
        ),
        hide_index=True,
        alt="A row for each person, with how many documents they have",
    )
    with st.expander(f"{count(len(parts), 'part')}, document by document"):
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "Document": part.name,
                        "Person": part.person,
                        "Status": STATUS[part.status],
                        "Given until": part.claimed_until if part.status == "new" else None,
                    }
                    for part in parts[:_LISTED]
                ]
            ),
            hide_index=True,
            column_config={
                "Given until": st.column_config.DatetimeColumn(
                    help="Taken by opening it; goes to somebody else if still untouched then. "
                    "Empty: it stays theirs."
                )
            },
        )


def give(app: AppContext, project: Project) -> None:
    """The form that gives the next documents to people."""
    with st.form("assign"):
        people = st.multiselect(
            "People",
            assignment.candidates(app.sessions, project.id),
            accept_new_options=app.acting is None,
            key="assign_people",
        )
        number = st.number_input(
            "Documents",
            1,
            10_000,
            10,
            key="assign_number",
            help="The oldest that lack so many annotators and that none of them has.",
        )
        if not st.form_submit_button("Assign", icon=":material/assignment_ind:"):
            return
    try:
        made = assignment.assign_next(app.sessions, project.id, people, int(number))
    except (LookupError, ValueError) as error:
        st.error(literal(str(error)), icon=":material/error:")
        return
    st.toast(f"{count(made, 'part')} given.", icon=":material/assignment_ind:")
    st.rerun()
