"""The top of a page about a whole project: its title, its purpose, and the choice of project."""

from __future__ import annotations

import streamlit as st

from app.context import AppContext
from app.screens.common import location, new_project
from app.screens.documents.trash import deleted_projects
from app.services.operations import projects
from app.services.operations.projects import ProjectView
from app.services.team.permissions import Act


def project_header(
    app: AppContext, title: str, caption: str, needs: Act = "annotate"
) -> ProjectView:
    """Draws the header and returns the chosen project; ends the run where there is none, or where
    the person may not do there what the page is for."""
    present = projects.every(app.sessions)
    project = location.choose_among(present)
    location.leave_document()
    words, chooser = st.columns([3, 2], vertical_alignment="bottom")
    with words:
        st.header(title, anchor=False)
        st.caption(caption)
    if project is None:
        if app.acting and not app.acting.administrator:
            st.info("You are not a member of any project yet. Ask an administrator to add you.")
        else:
            st.info(
                "There are no projects. Create one, or restore one from the trash.",
                icon=":material/folder_off:",
            )
            new_project.button("first project", primary=True)
            deleted_projects(app)
            new_project.answer()
        st.stop()
    names = {project.id: project.name for project in present}
    st.session_state["chosen_project"] = project.id
    with chooser, st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Project",
            list(names),
            format_func=lambda key: names[key],
            key="chosen_project",
            on_change=_choose,
        )
        if new_project.offered(app):
            new_project.button("new project")
            new_project.answer()
    if not app.may(project.id, needs):
        who = "reviewers of the project and administrators"
        st.warning(f"This page is for {who}.", icon=":material/lock:")
        st.stop()
    return project


def _choose() -> None:
    location.choose_project(st.session_state["chosen_project"])
