"""Who is assigned which document, and the form that assigns more."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.context import AppContext
from app.screens.common.wording import MOMENT, STATUS, count, literal
from app.services.operations.projects import ProjectView
from app.services.team import assignment

_LISTED = 1000


def assignments_table(app: AppContext, project: ProjectView) -> None:
    """A row for each person, and one for each part."""
    parts = assignment.given(app.sessions, project.id)
    if not parts:
        st.info(
            "No assignments yet. Opening a document assigns it; you can also assign documents "
            "here.",
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
        alt="Number of documents per person",
    )
    with st.expander(f"{count(len(parts), 'assignment')} by document"):
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "Document": part.name,
                        "Person": part.person,
                        "Status": STATUS[part.status],
                        "Reserved until": part.claimed_until if part.status == "new" else None,
                    }
                    for part in parts[:_LISTED]
                ]
            ),
            hide_index=True,
            column_config={
                "Reserved until": st.column_config.DatetimeColumn(
                    format=MOMENT,
                    help="Assigned by opening the document; goes to somebody else if still "
                    "untouched by then. Empty: no time limit.",
                )
            },
        )


def assign_form(app: AppContext, project: ProjectView) -> None:
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
            help="Takes the oldest documents that still need this many annotators and that none "
            "of these people has.",
        )
        if not st.form_submit_button("Assign", icon=":material/assignment_ind:"):
            return
    try:
        made = assignment.assign_next(app.sessions, project.id, people, int(number))
    except (LookupError, ValueError) as error:
        st.error(literal(str(error)), icon=":material/error:")
        return
    st.toast(f"{count(made, 'assignment')} created.", icon=":material/assignment_ind:")
    st.rerun()
