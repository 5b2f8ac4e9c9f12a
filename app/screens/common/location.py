"""The project and the document that a session is at, in its address and in its state.

The address wins when it names something (a link, the browser's back button); moving between
pages empties it, and then the session's own memory fills it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NoReturn

import streamlit as st

from app.context import AppContext
from app.services.operations import documents, projects
from app.services.operations.projects import ProjectView
from app.services.suggestions.queue import first_to_open

ANNOTATE = "screens/annotate/page.py"
DENOISE = "screens/denoise/page.py"
DOCUMENTS = "screens/documents/page.py"
TRAIN = "screens/train/page.py"
EXPORT = "screens/export/page.py"

Name = Literal["project", "document"]


def current(app: AppContext) -> tuple[ProjectView | None, int | None]:
    """The session's project and its document in it, see the two below."""
    project, document_id = projects.locate(app.sessions, _wanted("project"), _wanted("document"))
    if project is None:
        return None, None
    _remember("project", project.id)
    return project, _document_of(app, project, document_id)


def current_project(app: AppContext) -> ProjectView | None:
    """The session's project; the first one where it has none. None: there is no project."""
    return choose_among(projects.every(app.sessions))


def choose_among(present: Sequence[ProjectView]) -> ProjectView | None:
    """The session's project of these; the first one where it has none of them."""
    project = projects.choose(present, _wanted("project"))
    if project is not None:
        _remember("project", project.id)
    return project


def current_document(app: AppContext, project: ProjectView) -> int | None:
    """The session's document; else the first that waits for the person, else the first of the
    project."""
    wanted = _wanted("document")
    known = wanted is not None and documents.belongs(app.sessions, project.id, wanted)
    return _document_of(app, project, wanted if known else None)


def choose_project(project_id: int) -> None:
    _remember("project", project_id)
    st.session_state.pop("document", None)
    st.query_params.pop("document", None)


def choose_document(document_id: int) -> None:
    _remember("document", document_id)


def leave_document() -> None:
    """The address of a page about the whole project names no document."""
    st.query_params.pop("document", None)


def go(page: str, document_id: int | None = None) -> NoReturn:
    """Switches to a page, with a document if one is given."""
    if document_id is not None:
        st.session_state["document"] = document_id
    names = ("project", "document")
    held = {name: str(st.session_state[name]) for name in names if name in st.session_state}
    st.switch_page(page, query_params=held)


def _document_of(app: AppContext, project: ProjectView, known: int | None) -> int | None:
    chosen = known or first_to_open(app.sessions, project.id, app.person)
    if chosen is not None:
        _remember("document", chosen)
    return chosen


def _wanted(name: Name) -> int | None:
    address = st.query_params.get(name, "")
    if address.isascii() and address.isdecimal() and len(address) < 10:
        return int(address)
    held = st.session_state.get(name)
    return held if isinstance(held, int) else None


def _remember(name: Name, value: int) -> None:
    st.session_state[name] = value
    if st.query_params.get(name) != str(value):
        st.query_params[name] = str(value)
