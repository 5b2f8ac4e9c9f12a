"""Tell Streamlit's page where this server's files are, before its scripts look for them.

Without it, a page opened by a link to `/annotate` asks for `/annotate/_stcore/health` and
`/annotate/_stcore/host-config` first, which are not there, and only then for those of `/`.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SCRIPT = "window.__streamlit={BACKEND_BASE_URL:new URL('./',location.href.split('?')[0]).href}"
"""Every page lies directly in the server's folder, as the page's relative addresses say too."""
_HEAD = b"<head>"
_TAG = f"<script>{SCRIPT}</script>".encode()
_AS_IT_IS = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
"""What would bring the page compressed, in part or not at all."""


class BaseAddress:
    """Puts the script into the page; every other answer passes as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self._app(scope, receive, send)
            return
        headers = [(name, value) for name, value in scope["headers"] if name not in _AS_IT_IS]
        await self._app({**scope, "headers": headers}, receive, _WithScript(send))


class _WithScript:
    """Sends on what an app answers, with the script in a page."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        """The head of a page, which waits for its whole body."""
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and is_page(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            await self._hold(self._start, message)

    async def _hold(self, start: Message, message: Message) -> None:
        self._body += message.get("body", b"")
        if message.get("more_body"):
            return
        body = self._body.replace(_HEAD, _HEAD + _TAG, 1)
        headers = MutableHeaders(scope=start)
        if "content-length" in headers and self._body:  # none is sent for HEAD
            headers["content-length"] = str(len(body))
        for name in ("etag", "last-modified"):
            if name in headers:
                del headers[name]
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def is_page(start: Message) -> bool:
    """Whether it is Streamlit's; a page of our own, such as the sign-in's, has its own policy."""
    headers = Headers(raw=start["headers"])
    is_html = headers.get("content-type", "").startswith("text/html")
    return start["status"] == 200 and is_html and "content-security-policy" not in headers
