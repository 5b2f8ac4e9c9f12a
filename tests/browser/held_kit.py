"""What a page says to Streamlit, held back or lost, and a document that is submitted meanwhile."""

from __future__ import annotations

import re

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.desk import AnnotatorView
from tests.waiting import until


class Socket:
    """What a page says to Streamlit, and holds back while `held`."""

    def __init__(self, page: Page) -> None:
        self.held = False
        self._waiting: list[tuple[WebSocketRoute, str | bytes]] = []
        page.route_web_socket(re.compile("_stcore/stream"), self._connect)

    def release(self) -> None:
        self.held = False
        for server, message in self._waiting:
            server.send(message)
        self._waiting.clear()

    def lose(self) -> None:
        """Loses what waits, as Streamlit does what is written without a connection."""
        until(lambda: bool(self._waiting))
        self._waiting.clear()

    def _connect(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        socket.on_message(lambda message: self._pass_on(server, message))

    def _pass_on(self, server: WebSocketRoute, message: str | bytes) -> None:
        if self.held:
            self._waiting.append((server, message))
        else:
            server.send(message)


def submit(desk: AnnotatorView, shows: str) -> None:
    desk.press("Control+Enter")
    expect(desk.text).to_contain_text(shows)
