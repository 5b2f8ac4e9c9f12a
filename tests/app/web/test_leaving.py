"""A page that closes gives back the document that nothing was done to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.services.annotation.annotation import AnnotationService
from app.services.team import assignment
from app.web import leaving, open_pages
from app.web.gate import COOKIE
from app.web.open_pages import Worker
from storage.database_errors import StorageError
from storage.engine import Sessions
from storage.repository import documents
from tests.app.web.open_pages_kit import ANNA, BO, Running
from tests.app.web.open_pages_kit import document as document
from tests.app.web.open_pages_kit import running as running


@pytest.fixture
def client(running: Running, sessions: Sessions, document: int) -> Iterator[TestClient]:
    """Anna's browser, with a page of hers that shows the document."""
    running.run_of = "anna"
    open_pages.enter(Worker(sessions, "Anna", partial(AnnotationService, sessions)))
    AnnotationService(sessions).open(document, "Anna")
    with TestClient(Starlette(routes=leaving.ROUTES), cookies={COOKIE: ANNA}) as result:
        yield result


def leave(client: TestClient, page: str, document: object) -> int:
    return client.post(f"/edits/{page}/leave/{document}").status_code


def holder(sessions: Sessions, document: int) -> str | None:
    with sessions() as session:
        return documents.get(session, document).claimed_by


def test_the_last_message_of_a_page_may_come_after_its_connection_has_ended(
    client: TestClient, running: Running, sessions: Sessions, document: int
) -> None:
    assert holder(sessions, document) == "Anna"
    kept_by_streamlit = running.pages.pop("anna")

    assert leave(client, kept_by_streamlit.id, document) == 204

    assert holder(sessions, document) is None


@pytest.mark.parametrize("page", ["anna too", "bo", "nobody"])
def test_nothing_is_given_back_for_a_page_that_nobody_works_on(
    client: TestClient, sessions: Sessions, document: int, page: str
) -> None:
    assert leave(client, page, document) == 404
    assert holder(sessions, document) == "Anna"


def test_no_other_browser_gives_back_what_a_page_shows(
    client: TestClient, sessions: Sessions, document: int
) -> None:
    client.cookies = {COOKIE: BO}
    assert leave(client, "anna", document) == 404
    assert holder(sessions, document) == "Anna"


@pytest.mark.parametrize("number", ["999", "no-number"])
def test_a_document_that_is_not_there_is_not_given_back(client: TestClient, number: str) -> None:
    assert leave(client, "anna", number) == 404


def test_where_the_database_does_not_answer_the_claim_is_left_to_lapse(
    client: TestClient, document: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StorageError("gone")

    monkeypatch.setattr(assignment, "leave", fails)
    assert leave(client, "anna", document) == 404
