"""Which addresses are pages: each has the one that the navigation names, and no other has one.

Streamlit answers every address with its page, and says only there, in a dialog over another page,
that it knows none of that name. Its first page is one of the names that it does not know.
"""

from __future__ import annotations

from collections.abc import Collection
from html import escape

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.base_address import is_page
from app.web.headers import form_policy
from app.web.plain_page import plain_page

LONGEST_SHOWN = 80
"""Characters shown of an address that is no page."""


class Addresses:
    """Leads the first page's name, and a name with a slash behind it, to that page's address;
    answers 404 in place of Streamlit's page where no page has the address."""

    def __init__(self, app: ASGIApp, pages: Collection[str], first: str) -> None:
        self._app, self._pages, self._first = app, pages, first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self._app(scope, receive, send)
            return
        name, slash = scope["path"][1:], ""
        if name.endswith("/"):
            name, slash = name[:-1], "/"
        if name in self._pages and (slash or name == self._first):
            query = scope["query_string"].decode("latin-1")
            target = ("../" if slash else "./") + ("" if name == self._first else name)
            moved = RedirectResponse(target + (f"?{query}" if query else ""), 307)
            await moved(scope, receive, send)
        elif not name or name in self._pages:
            await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, _NotFoundInstead(scope, receive, send))


class _NotFoundInstead:
    """Sends on what an app answers, but "there is no such page" in place of Streamlit's page."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._replaced = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and is_page(message):
            self._replaced = True
            await not_found(self._scope["path"])(self._scope, self._receive, self._send)
        elif not self._replaced:
            await self._send(message)


def not_found(path: str) -> HTMLResponse:
    """A page that names the address and leads to the first page."""
    shown = path if len(path) <= LONGEST_SHOWN else f"{path[: LONGEST_SHOWN - 1]}…"
    content = (
        "<h1>There is no such page</h1>"
        f"<p><strong>{escape(shown)}</strong> is not the address of a page. It may be mistyped, "
        "or from a link that is out of date.</p>"
        '<p><a href="/">Go to Documents</a></p>'
    )
    headers = {"Content-Security-Policy": form_policy(), "Cache-Control": "no-store"}
    return HTMLResponse(plain_page("There is no such page", content), 404, headers)
