"""A page that stays open while an administrator changes its person's account.

A provider's cookie outlives the change; a session of our own does not, see `test_gate.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from app.services.annotation.annotation import AnnotationService
from app.services.team import accounts, sign_in
from app.services.team.permissions import for_person
from app.web import changes, edits, open_pages
from app.web.open_pages import Worker
from storage.engine import Sessions
from tests.app.web.open_pages_kit import Page, Running
from tests.app.web.open_pages_kit import document as document
from tests.app.web.open_pages_kit import running as running
from tests.operation_log import log_of

OP = {"seq": 1, "op": "add", "id": "p-1", "start": 0, "end": 5, "label": "PER"}
COOKIES = {USER_COOKIE_NAME: "what the provider vouched for"}


@pytest.fixture
def client(
    running: Running, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    """The browser of Bo, an administrator, with a page that is open."""
    monkeypatch.setenv("SPANNEAL_AUTH", "oidc")
    for name in ("Anna", "Bo"):
        accounts.add(sessions, name, None, administrator=True)
    running.pages["bo"] = Page("bo", **COOKIES)
    open_page(running, sessions)
    routes = [*edits.ROUTES, *changes.ROUTES]
    with TestClient(Starlette(routes=routes), cookies=COOKIES) as result:
        yield result


def open_page(running: Running, sessions: Sessions) -> None:
    """What a run of Bo's page does."""
    person = sign_in.provided(sessions, "Bo")
    assert person is not None
    acting = for_person(sessions, person)
    running.run_of = "bo"
    open_pages.enter(Worker(acting, "Bo", partial(AnnotationService, acting)))


def send(client: TestClient, document: int) -> int:
    message = {"doc_id": document, "client": "c", "version": 0, "ops": [OP]}
    return client.post(f"{edits.FOLDER}bo", json=message).status_code


def demote(sessions: Sessions) -> None:
    accounts.set_administrator(sessions, "Bo", False)


def disable(sessions: Sessions) -> None:
    accounts.disable(sessions, "Bo")


@pytest.mark.parametrize("change", [demote, disable])
def test_no_edit_is_taken_and_nothing_told_until_the_page_has_run_again(
    client: TestClient, sessions: Sessions, document: int, change: Callable[[Sessions], None]
) -> None:
    change(sessions)

    assert send(client, document) == 404
    assert client.get(f"{edits.FOLDER}bo/changes/{document}").status_code == 404
    with sessions() as session:
        assert list(log_of(session, document)) == []


def test_an_account_that_is_as_it_was_is_enough(
    client: TestClient, sessions: Sessions, document: int
) -> None:
    assert send(client, document) == 200


def test_who_is_no_administrator_any_more_has_the_rights_of_a_member_after_a_run(
    client: TestClient, running: Running, sessions: Sessions, document: int
) -> None:
    demote(sessions)
    open_page(running, sessions)

    assert send(client, document) == 200
    with sessions() as session:
        assert list(log_of(session, document)) == [], "Bo is no member of the project"


def test_a_database_that_does_not_answer_is_no_reason_to_send_anybody_away(
    client: TestClient, sessions: Sessions, document: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(sessions: Sessions) -> bool:
        raise OperationalError(None, None, Exception("database is locked"))

    monkeypatch.setattr(open_pages, "unchanged", broken)
    assert send(client, document) == 200
