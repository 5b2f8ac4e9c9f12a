"""Streamlit's runtime with open pages, as what stands before the page meets it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from app.web import open_pages
from app.web.gate import COOKIE
from storage.engine import Sessions, writing
from storage.repository import documents, projects

ANNA, BO = "the token of Anna", "the token of Bo"


class Page:
    """What Streamlit knows of an open page: what its browser sent when it opened the socket."""

    def __init__(self, id: str, **cookies: str) -> None:
        self.id = id
        self.client_context = SimpleNamespace(cookies=cookies)


class Running:
    """As much of Streamlit's runtime as an upload or an edit meets."""

    def __init__(self) -> None:
        self.uploaded_file_mgr = MemoryUploadedFileManager("")
        self.pages = {name: Page(name, **{COOKIE: ANNA}) for name in ("anna", "anna too")}
        self.pages["bo"] = Page("bo", **{COOKIE: BO})
        self.run_of = ""
        """The page whose script runs."""

    def get_client(self, session_id: str) -> Page | None:
        return self.pages.get(session_id)

    get_app_session = get_client


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Running:
    """Two pages of Anna's and one of Bo's, who have signed in."""
    running = Running()
    monkeypatch.setattr(runtime, "get_instance", lambda: running)
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(
        open_pages, "get_script_run_ctx", lambda: SimpleNamespace(session_id=running.run_of)
    )
    monkeypatch.setenv("SPANNEAL_AUTH", "accounts")
    return running


@pytest.fixture
def document(sessions: Sessions) -> int:
    with writing(sessions) as session:
        project = projects.create(session, "News")
        projects.ensure_labels(session, project.id, ["PER"])
        added = documents.add(session, project.id, name="visit", text="Olena went to New York.")
        assert added is not None
        return added.id
