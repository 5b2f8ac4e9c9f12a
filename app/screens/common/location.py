"""Where a session stands: its project and its document, in the address as in the session.

The address wins when it names something (a link, the browser's back button); moving between
pages empties it, and then the session's own memory fills it again.
"""

from __future__ import annotations

from typing import Literal, NoReturn

import streamlit as st
from sqlalchemy.orm import Session

from app.context import AppContext
from app.services.suggestions.queue import first_waiting
from storage.models import Project
from storage.repository import documents, projects

ANNOTATE = "screens/annotate/page.py"
DENOISE = "screens/denoise/page.py"
DOCUMENTS = "screens/documents/page.py"
TRAIN = "screens/train/page.py"
EXPORT = "screens/export/page.py"

Name = Literal["project", "document"]


def current(app: AppContext) -> tuple[Project | None, int | None]:
    """The session's project and its document in it, see the two below."""
    with app.sessions() as session:
        project = _project(session)
        document_id = _document(session, project) if project else None
    if project is not None and document_id is None:
        document_id = current_document(app, project)
    return project, document_id


def current_project(app: AppContext) -> Project | None:
    """The session's project; the first one where it has none. None: there is no project."""
    with app.sessions() as session:
        return _project(session)


def current_document(app: AppContext, project: Project) -> int | None:
    """The session's document; else the first that waits for the person, else the first of the
    project."""
    with app.sessions() as session:
        chosen = _document(session, project)
    chosen = chosen or first_waiting(app.sessions, project.id, app.person)
    if chosen is None:
        with app.sessions() as session:
            chosen = documents.first(session, project.id)
    if chosen is not None:
        _remember("document", chosen)
    return chosen


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


def _project(session: Session) -> Project | None:
    present = projects.every(session)
    if not present:
        return None
    wanted = _wanted("project")
    chosen = next((project for project in present if project.id == wanted), present[0])
    _remember("project", chosen.id)
    return chosen


def _document(session: Session, project: Project) -> int | None:
    """The document that is named, where it is the project's."""
    wanted = _wanted("document")
    if not wanted or not _belongs(session, wanted, project):
        return None
    _remember("document", wanted)
    return wanted


def _belongs(session: Session, document_id: int, project: Project) -> bool:
    try:
        return documents.get(session, document_id).project_id == project.id
    except LookupError:
        return False


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
