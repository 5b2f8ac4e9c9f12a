"""Which pages may open sockets and send requests: those of this very site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit import config, net_util
from streamlit.web import bootstrap
from streamlit.web.server.starlette.starlette_websocket import create_websocket_handler

from app.settings import Settings
from app.web.gate import Gate
from tests.app.material import environment_in

FOREIGN = (
    "http://localhost:9999",
    "http://127.0.0.1:8501",
    "https://localhost:8501",
    "http://localhost",
    "http://LOCALHOST:8501",
    "http://localhost:8501.example.org",
    "http://localhost:8501@example.org",
    "http://localhost:8501/",
    "ws://localhost:8501",
    "https://example.org",
    "null",
    "http://[",
    "",
)
OWN, SOCKET = "http://localhost:8501", "ws://localhost:8501/_stcore/stream"


@pytest.fixture(params=["off", "none", "oidc"])
def client(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    """A page and its socket behind the gate, in every mode that asks for no cookie of ours."""
    for name, value in environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SPANNEAL_AUTH", "" if request.param == "off" else request.param)
    monkeypatch.setattr("app.web.listen_address.find_spec", lambda name: object())
    with TestClient(behind_the_gate(greet), OWN) as result:
        yield result


async def greet(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")


def behind_the_gate(endpoint: Any) -> Any:
    routes = [
        Route(
            "/{path:path}", lambda request: PlainTextResponse("the page"), methods=["GET", "PUT"]
        ),
        WebSocketRoute("/_stcore/stream", endpoint),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Gate, Settings.from_environment)])

    async def served(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "server": ("127.0.0.1", 8501)}, receive, send)

    return served


def opens(client: TestClient, origin: str | None, address: str = SOCKET) -> bool:
    try:
        with client.websocket_connect(address, headers=headers(origin)) as socket:
            return socket.receive_text() == "hello"
    except WebSocketDisconnect:
        return False


def headers(origin: str | None) -> dict[str, str]:
    return {} if origin is None else {"Origin": origin}


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_page_of_another_origin_opens_no_socket_and_sends_nothing(
    client: TestClient, origin: str
) -> None:
    assert not opens(client, origin)
    for method in ("GET", "PUT"):
        refused = client.request(method, "/_stcore/upload_file/a/b", headers=headers(origin))
        assert refused.status_code == 403
        assert "another site" in refused.text


@pytest.mark.parametrize("origin", [OWN, None])
def test_our_own_page_and_programs_are_let_in(client: TestClient, origin: str | None) -> None:
    assert opens(client, origin)
    assert client.put("/anything", headers=headers(origin)).text == "the page"


@pytest.mark.parametrize(
    ("origin", "let_in"), [("https://localhost", True), ("http://localhost", False)]
)
def test_behind_a_proxy_the_scheme_is_the_one_it_passes_on(
    client: TestClient, origin: str, let_in: bool
) -> None:
    assert opens(client, origin, "wss://localhost/_stcore/stream") == let_in
    answer = client.put("https://localhost/", headers=headers(origin))
    assert answer.status_code == (200 if let_in else 403)


def test_two_origins_are_one_too_many(client: TestClient) -> None:
    both = [("Origin", OWN), ("Origin", "https://example.org")]

    assert client.put("/", headers=both).status_code == 403


@pytest.mark.parametrize("origin", FOREIGN)
def test_streamlit_never_looks_up_this_machines_outer_address_for_an_origin(
    origin: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setenv("SPANNEAL_DATA", str(tmp_path))
    monkeypatch.delenv("SPANNEAL_AUTH", raising=False)
    for name in ("get_external_ip", "get_internal_ip"):
        monkeypatch.setattr(net_util, name, lambda name=name: asked.append(name))
    client = TestClient(behind_the_gate(create_websocket_handler(MagicMock())), OWN)

    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect(SOCKET, headers=headers(origin)),
    ):
        pass
    assert asked == []


def test_a_start_on_all_addresses_asks_no_other_site_for_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(net_util, "get_external_ip", lambda: pytest.fail("another site was asked"))
    get_option = config.get_option

    def everywhere(name: str) -> Any:
        return "0.0.0.0" if name == "server.address" else get_option(name)

    monkeypatch.setattr(config, "get_option", everywhere)
    bootstrap._print_url(is_running_hello=False)


def test_what_is_refused_is_in_the_log(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    opens(client, "https://annotate.example")

    (record,) = caplog.records
    assert "https://annotate.example" in record.getMessage()
    assert "X-Forwarded-Proto" in record.getMessage()
