"""A page on another port of the same machine, which shares our cookies but is not ours."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page

from tests.browser.accounts_kit import SERVER, sign_in
from tests.browser.app_kit import Site, without_model
from tests.browser.servers import Serve, Served

pytestmark = pytest.mark.xdist_group("browser-accounts")

OPENS = """url => new Promise(answer => {
    const socket = new WebSocket(url, ["streamlit"]);
    socket.onopen = () => answer("open");
    socket.onclose = () => answer("refused");
})"""
POSTS = """url => fetch(url, {method: "POST", body: "x", credentials: "include"})
    .then(answer => answer.status, () => "unreadable")"""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """The address of an empty page of another program."""

    class Empty(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html>")

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Empty)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def loopback_site(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Served:
    """The app behind its gate for one person, who signs in nowhere."""
    return serve(SERVER, env=without_model(tmp_path_factory.mktemp("loopback"), "Anna"))


@pytest.mark.thorough
def test_where_nobody_signs_in_only_our_own_page_opens_a_socket(
    tab: Page, loopback_site: Served, elsewhere: str
) -> None:
    meets_the_gate(tab, loopback_site, elsewhere)


def test_a_signed_in_persons_cookie_opens_nothing_to_another_page(
    tab: Page, accounts_site: Site, elsewhere: str
) -> None:
    sign_in(tab, accounts_site.url, "Bo")
    assert any(cookie["name"] == "spanneal" for cookie in tab.context.cookies(elsewhere))

    meets_the_gate(tab, accounts_site.url, elsewhere)


def meets_the_gate(tab: Page, url: Served, elsewhere: str) -> None:
    socket = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
    tab.goto(f"{url}/_stcore/health")
    assert tab.evaluate(OPENS, socket) == "open"
    assert tab.evaluate(POSTS, f"{url}/api/v1/predict") in (401, 422)
    tab.goto(elsewhere)
    assert tab.evaluate(OPENS, socket) == "refused"
    assert tab.evaluate(POSTS, f"{url}/api/v1/predict") == "unreadable"
    assert "refused '/_stcore/stream'" in url.log.read_text()
