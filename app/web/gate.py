"""Nobody comes past here without having signed in: not to the page, nor to its sockets and files.

Streamlit's own files and the health check are open to all; they say nothing about anybody.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import cache
from urllib.parse import quote

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from app.services.operations.startup import open_database
from app.services.team.sign_in import SignedIn, signed_in
from app.settings import Settings
from app.web import listen_address
from app.web.origin import same_origin
from app.web.threads import OwnThreads
from storage.database_errors import StorageError, public_problem_of
from storage.engine import Sessions

LOG = logging.getLogger(__name__)
COOKIE = "spanneal"
SIGN_IN = "/sign-in"
PROBES = ("/healthz", "/readyz")
"""What tells nothing, and is asked under whatever name a machine has."""
METRICS = "/metrics"
"""Asked under a pod's address, too: a page that had a name rebound to it names no address."""
_OPEN = frozenset(("/_stcore/health", "/favicon.png", METRICS, SIGN_IN, *PROBES))
_FILES = "/static/"
"""Streamlit's own."""
_PROGRAMS = ("/api/", "/label-studio/", "/inception/")
"""What programs ask with tokens, which `app.http` checks."""
_threads = OwnThreads("sessions", 16)
_opening = threading.Lock()


class Gate:
    """Refuses what comes to a name or an address that is not ours, what another site's page sends,
    and who has not signed in."""

    def __init__(self, app: ASGIApp, settings: Callable[[], Settings]) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = await self._refusal(HTTPConnection(scope))
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, send)

    async def _refusal(self, asked: HTTPConnection) -> Response | None:
        settings, path = self._settings(), asked.scope["path"]
        server = asked.scope.get("server")
        if problem := listen_address.problem(settings.auth, server[0] if server else None):
            return PlainTextResponse(problem, 403)
        if path in PROBES or (path == METRICS and listen_address.names_address(asked)):
            return None
        if not is_host_allowed(asked.headers.get("host")):
            return PlainTextResponse("This host name is not in server.allowedHosts.\n", 421)
        if not same_origin(asked):
            return _of_another_site(asked)
        if settings.auth != "accounts" or _is_open(path):
            return None
        try:
            if await _threads.run(_whose, settings, asked.cookies.get(COOKIE, "")):
                return None
        except StorageError as error:
            return _of_database(error)
        if asked.scope.get("method") == "GET" and "text/html" in asked.headers.get("accept", ""):
            query = asked.scope["query_string"].decode("latin-1")
            wanted = path + (f"?{query}" if query else "")
            return RedirectResponse(f"{SIGN_IN}?next={quote(wanted)}", 303)
        return PlainTextResponse("Sign in first.\n", 401)


def _of_another_site(asked: HTTPConnection) -> Response:
    LOG.warning(
        "refused %.60r: it comes from a page of %.200r, but was sent to %.200r over %s; if that is "
        "this site, its proxy must pass on Host and X-Forwarded-Proto, and FORWARDED_ALLOW_IPS "
        "must name the proxy",
        asked.scope["path"],
        asked.headers.get("origin"),
        asked.headers.get("host"),
        asked.scope.get("scheme"),
    )
    return PlainTextResponse("This was sent by a page of another site.\n", 403)


def _of_database(error: StorageError) -> Response:
    LOG.error("the database failed the gate", exc_info=error)
    return PlainTextResponse(database_sentences(error) + "\n", 503, {"Retry-After": "60"})


def database_sentences(error: StorageError) -> str:
    """What is wrong with the database and what helps, for who may be anybody."""
    problem = public_problem_of(error)
    return f"{problem.what[:1].upper()}{problem.what[1:]}. {problem.remedy}"


def database(settings: Settings) -> Sessions:
    """The server's own way to the accounts; the pages have theirs. Opened once, however many ask
    for it at once."""
    with _opening:
        return _database(settings)


@cache
def _database(settings: Settings) -> Sessions:
    return open_database(settings)


def _whose(settings: Settings, token: str) -> SignedIn | None:
    return signed_in(database(settings), token) if token else None


def _is_open(path: str) -> bool:
    if ".." in path or "//" in path:
        return False
    if path.startswith(_PROGRAMS):  # the name of a person may have a backslash
        return True
    return path in _OPEN or (path.startswith(_FILES) and "\\" not in path)
