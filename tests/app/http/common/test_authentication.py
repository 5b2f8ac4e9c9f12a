"""Who is let in, what a token reaches, and what strangers' requests cannot break."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from starlette.types import Message, Receive, Scope, Send

from app.http.common import authentication
from app.http.common.limits import MOST_BYTES, BodyLimit, Rate
from app.services.team import accounts, tokens
from storage.engine import Sessions
from storage.repository import events
from tests.app.http.api.test_api import Served, served
from tests.coroutines import result_of

__all__ = ["served"]
PROJECTS = "/api/v1/projects"


def basic(secret: bytes) -> dict[bytes, bytes]:
    return {b"authorization": b"Basic " + secret}


def test_a_token_is_the_password_of_basic_authentication(served: Served) -> None:
    secret = served.bearer("label studio")["authorization"].removeprefix("Bearer ")
    given = base64.b64encode(f"anybody:{secret}".encode())

    assert served.client.get(PROJECTS, headers=basic(given)).status_code == 200


def test_a_file_of_more_than_a_minutes_requests_comes_in_after_a_minute_without_any(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [0.0]
    monkeypatch.setattr(authentication, "rate", Rate(2, clock=lambda: seconds[0]))
    path, headers = f"{PROJECTS}/{served.project}/import", served.bearer("large files")
    rows = b"\n".join(b'{"text": "Ada %d"}' % number + b" " * 2**20 for number in range(5))

    assert served.client.post(path, content=rows, headers=headers).status_code == 200
    assert served.client.get(PROJECTS, headers=headers).status_code == 429
    seconds[0] = 60.0
    assert served.client.get(PROJECTS, headers=headers).status_code == 200
    assert served.client.post(path, content=rows, headers=headers).status_code == 429


@pytest.mark.parametrize("given", [b"\xe9\xe9\xe9\xe9", b"////", b"", b"OjpzcGFubmVhbF8="])
def test_what_is_no_basic_authentication_is_refused_and_breaks_nothing(
    served: Served, given: bytes
) -> None:
    assert served.client.get(PROJECTS, headers=basic(given)).status_code == 401
    output = served.client.post("/api/v1/predict", json={"text": "Ada"}, headers=basic(given))
    assert output.status_code == 401


def test_a_refused_method_says_which_there_are(served: Served) -> None:
    output = served.client.put("/api/v1/predict", json={})

    assert (output.status_code, output.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/predict", b"[" * 100_000),
        ("/api/v1/predict", b'{"text": "a", "seed": ' + b"9" * 10_000 + b"}"),
        ("/api/v1/predict", b'{"text": "a", "threshold": NaN}'),
        ("/api/v1/predict", b'{"text": "\\ud800"}'),
        ("/api/v1/projects/1/documents", b'{"name": "\\ud800", "text": "a"}'),
        ("/label-studio/1/predict", b'{"tasks": [{"data": {"text": "\\ud800"}}]}'),
        (
            "/label-studio/1/predict",
            b'{"tasks": [{"data": {"text": 1}}], "label_config": "\\ud800"}',
        ),
        ("/label-studio/1/predict", b'{"tasks": [], "label_config": "<View"}'),
        (
            "/label-studio/1/webhook",
            b'{"action": "ANNOTATIONS_DELETED", "annotations": [{"id": 1' + b"0" * 30 + b"}]}",
        ),
        (
            "/inception/1/predict",
            b'{"metadata": {"layer": "a", "feature": "b"}, "document": '
            b'{"xmi": "\\ud800"}, "typeSystem": "\\ud800"}',
        ),
    ],
)
def test_hostile_bodies_are_answered_as_mistakes(served: Served, path: str, body: bytes) -> None:
    output = served.client.post(path, content=body, headers={"content-type": "application/json"})

    assert 400 <= output.status_code < 500, output.text
    assert output.json()["error"]["what"]


def test_an_event_that_nobody_knows_is_passed_over_whatever_it_says(served: Served) -> None:
    body = b'{"action": "\\ud800"}'
    path, kind = f"/label-studio/{served.project}/webhook", {"content-type": "application/json"}
    output = served.client.post(path, content=body, headers=kind)

    assert output.status_code == 201
    assert "ignored" in output.json()


def test_a_length_that_is_too_large_is_refused_before_anything_is_read() -> None:
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("not to be asked")

    async def receive() -> Message:
        raise AssertionError("not to be read")

    async def send(message: Message) -> None:
        sent.append(message)

    length = [(b"content-length", str(MOST_BYTES + 1).encode())]
    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/predict"}
    scope["headers"] = length
    result_of(BodyLimit(app)(scope, receive, send))

    assert sent[0]["status"] == 413


def test_that_a_use_cannot_be_written_down_keeps_nobody_out(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = served.bearer("reader")

    def full(sessions: Sessions) -> Any:
        raise OperationalError("UPDATE", {}, Exception("database or disk is full"))

    monkeypatch.setattr(tokens, "writing", full)

    assert served.client.get(PROJECTS, headers=headers).status_code == 200


def test_what_is_wrong_with_the_database_is_told_as_such(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr("app.http.api.documents.importing.add_text", full)
    body = {"name": "a", "text": "secret words"}
    output = served.client.post(f"{PROJECTS}/{served.project}/documents", json=body)

    assert output.status_code == 503
    assert "the database" in output.json()["error"]["what"]
    assert "secret words" not in output.text


def test_a_token_is_made_for_nobody_who_cannot_come_in(served: Served) -> None:
    accounts.add(served.sessions, "Ada", None)
    accounts.disable(served.sessions, "Ada")

    with pytest.raises(ValueError, match="disabled"):
        tokens.create(served.sessions, "script", "Ada")


@pytest.mark.parametrize("name", ["", " ", " a", "a\tb", "a\nb", "a" * 201])
def test_a_token_has_a_name_that_can_be_listed(served: Served, name: str) -> None:
    with pytest.raises(ValueError, match="name of 1 to 200 characters"):
        tokens.create(served.sessions, name)


def test_who_makes_and_revokes_tokens_is_written_down(served: Served) -> None:
    tokens.create(served.sessions, "script", project_id=served.project)
    tokens.revoke(served.sessions, "script")
    tokens.revoke(served.sessions, "script")

    with served.sessions() as session:
        reported = [row.detail for row in reversed(events.of_action(session, "token", None))]
    assert [item["what"] for item in reported] == ["made", "revoked"]
    assert {item["name"] for item in reported} == {"script"}


def test_a_disabled_account_takes_its_tokens_with_it(served: Served) -> None:
    accounts.add(served.sessions, "Ada", None)
    headers = served.bearer("script", "Ada")
    assert served.client.get(PROJECTS, headers=headers).status_code == 200
    accounts.disable(served.sessions, "Ada")

    assert served.client.get(PROJECTS, headers=headers).status_code == 401
