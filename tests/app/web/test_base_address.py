"""Streamlit's page is told where the server's files lie; nothing else is touched."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from app.web.base_address import SCRIPT, BaseAddress
from app.web.headers import page_policy

PAGE = "<html><head><title>x</title></head><body>é</body></html>"


def answer(request: Request) -> Response:
    kind = request.path_params["kind"]
    if kind == "page":
        return HTMLResponse(PAGE, headers={"ETag": '"1"'})
    if kind == "own":
        return HTMLResponse(PAGE, headers={"Content-Security-Policy": "default-src 'none'"})
    if kind == "missing":
        return HTMLResponse(PAGE, 404)
    return PlainTextResponse(PAGE)


@pytest.fixture
def client() -> TestClient:
    return TestClient(BaseAddress(Starlette(routes=[Route("/{kind}", answer)])))


def test_a_page_says_first_where_the_servers_files_lie(client: TestClient) -> None:
    shown = client.get("/page", headers={"Accept": "text/html", "If-None-Match": '"1"'})

    assert shown.text == PAGE.replace("<head>", f"<head><script>{SCRIPT}</script>")
    assert shown.headers["content-length"] == str(len(shown.content))
    assert "etag" not in shown.headers, "it names the page without the script"


@pytest.mark.parametrize(
    ("path", "accept"),
    [("/text", "text/html"), ("/missing", "text/html"), ("/own", "text/html"), ("/page", "*/*")],
)
def test_every_other_answer_passes_as_it_is(client: TestClient, path: str, accept: str) -> None:
    assert client.get(path, headers={"Accept": accept}).text == PAGE


def test_the_page_may_run_this_script() -> None:
    import base64
    import hashlib

    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in page_policy()
