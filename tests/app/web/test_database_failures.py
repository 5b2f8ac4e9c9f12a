"""Who has signed in goes on reading while nothing can be written; what fails says so in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from app.services.team import accounts, sign_in, tokens
from app.settings import Settings
from app.web import gate
from app.web import sign_in as sign_in_page
from app.web.gate import COOKIE, Gate
from storage.columns import now
from storage.engine import Sessions
from tests.app.material import environment_in

GOOD = "seven grey herons rowing"
pytestmark = [pytest.mark.sqlite, pytest.mark.usefixtures("quick_hashes")]


def page(_: Request) -> PlainTextResponse:
    return PlainTextResponse("the page")


@pytest.fixture
def sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sessions]:
    for name, value in environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SPANNEAL_AUTH", "accounts")
    sessions = gate.database(Settings.from_environment())
    accounts.add(sessions, "Anna", GOOD)
    yield sessions
    sessions.kw["bind"].dispose()
    gate._database.cache_clear()


@pytest.fixture
def anna(sessions: Sessions) -> Iterator[TestClient]:
    """Her browser, signed in."""
    guard = Middleware(Gate, settings=Settings.from_environment)
    app = Starlette(routes=[Route("/", page), *sign_in_page.ROUTES], middleware=[guard])
    cookies = {COOKIE: sign_in.sign_in(sessions, "Anna", GOOD)}
    with TestClient(app, "http://localhost", cookies=cookies) as browser:
        yield browser


def make_read_only(sessions: Sessions) -> None:
    def handed_out(connection: Any, *_: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    event.listen(sessions.kw["bind"], "checkout", handed_out)


def lose(sessions: Sessions) -> None:
    Path(sessions.kw["bind"].url.database).unlink()


def test_who_has_signed_in_reads_on_where_nothing_can_be_written(
    sessions: Sessions, anna: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_read_only(sessions)
    monkeypatch.setattr(sign_in, "now", lambda: now() + 2 * sign_in.SEEN_EVERY)

    assert anna.get("/").text == "the page"
    assert anna.get("/sign-in").text == "the page", "it leads on to the page"


def test_a_session_that_could_not_be_noted_still_ends(
    sessions: Sessions, anna: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_read_only(sessions)
    monkeypatch.setattr(sign_in, "now", lambda: now() + sign_in.IDLE + timedelta(minutes=1))

    assert anna.get("/").status_code == 401


def test_a_token_reads_on_where_nothing_can_be_written(sessions: Sessions) -> None:
    secret = tokens.create(sessions, "reader")
    make_read_only(sessions)

    assert tokens.holder(sessions, secret) is not None


def test_a_database_that_is_gone_is_told_in_words(sessions: Sessions, anna: TestClient) -> None:
    lose(sessions)
    answer = anna.get("/")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert answer.text.startswith("The database file is missing. Restore the file")


@pytest.mark.parametrize("failure", [make_read_only, lose])
def test_who_signs_in_meanwhile_is_told_in_words_and_keeps_the_name(
    sessions: Sessions, anna: TestClient, failure: Any
) -> None:
    failure(sessions)
    anna.cookies.clear()
    answer = anna.post("/sign-in", data={"name": "Anna", "password": GOOD})

    assert answer.status_code == 503
    assert 'role="alert">The database ' in answer.text
    assert 'value="Anna"' in answer.text
