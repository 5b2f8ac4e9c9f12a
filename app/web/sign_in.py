"""The page to sign in at: a form that needs no script, and the cookie that it leads to."""

from __future__ import annotations

import logging
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import parse_qs, urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from app.services.team.sign_in import LONGEST, SignInError, sign_in, signed_in
from app.settings import Settings
from app.web.gate import COOKIE, SIGN_IN, database, database_sentences
from app.web.headers import form_policy
from app.web.origin import same_origin
from app.web.plain_page import plain_page
from storage.database_errors import StorageError

LOG = logging.getLogger(__name__)
LONGEST_FORM = 4_096
"""Bytes of a name, a password and where to go."""
AT_ONCE = 2
"""Passwords hashed at the same time: each takes 64 MiB and a processor."""
_FORM = Template((Path(__file__).parent / "sign_in.html").read_text())
_hashing: CapacityLimiter | None = None


async def ask(request: Request) -> Response:
    """The form; who has signed in already is sent on."""
    wanted = _below(request.query_params.get("next", "/"))
    settings, token = Settings.from_environment(), request.cookies.get(COOKIE, "")
    if settings.auth != "accounts":
        return RedirectResponse("/", 303)
    if token:
        try:
            if await to_thread.run_sync(signed_in, database(settings), token):
                return RedirectResponse(wanted, 303)
        except StorageError as error:
            return _without_database(wanted, error)
    return _form(wanted, "")


async def answer(request: Request) -> Response:
    """Lets in who has the right password; says the same to everybody else."""
    settings = Settings.from_environment()
    if settings.auth != "accounts" or not same_origin(request):
        return Response("This form was sent from another site.\n", 403, media_type="text/plain")
    form = await _read(request)
    if form is None:
        return Response("This form is too long.\n", 413, media_type="text/plain")
    wanted = _below(form.get("next", "/"))
    try:
        token = await to_thread.run_sync(
            sign_in,
            database(settings),
            form.get("name", "").strip(),
            form.get("password", ""),
            limiter=_limiter(),
        )
    except SignInError as error:
        return _form(wanted, str(error), form.get("name", ""), status=403)
    except StorageError as error:
        return _without_database(wanted, error, form.get("name", ""))
    sent_on = RedirectResponse(wanted, 303)
    sent_on.set_cookie(
        COOKIE,
        token,
        max_age=int(LONGEST.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return sent_on


ROUTES = [
    Route(SIGN_IN, ask, methods=["GET"]),
    Route(SIGN_IN, answer, methods=["POST"]),
]


def _form(wanted: str, problem: str, name: str = "", status: int = 200) -> HTMLResponse:
    message = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    form = _FORM.substitute(problem=message, next=escape(wanted), name=escape(name))
    headers = {"Content-Security-Policy": form_policy(), "Cache-Control": "no-store"}
    return HTMLResponse(plain_page("Sign in", form), status, headers)


def _without_database(wanted: str, error: StorageError, name: str = "") -> HTMLResponse:
    LOG.error("nobody can sign in", exc_info=error)
    return _form(wanted, database_sentences(error), name, status=503)


def _below(wanted: str) -> str:
    """An address of this site, to go to after signing in; anything else becomes its first page."""
    try:
        parts = urlsplit(wanted)
    except ValueError:  # brackets that hold no IPv6 address
        return "/"
    local = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    printable = wanted.isprintable() and "\\" not in wanted
    return wanted if local and printable and not parts.scheme and not parts.netloc else "/"


async def _read(request: Request) -> dict[str, str] | None:
    """The form's fields; None for one that is far too long, or has far too many."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_FORM:
            return None
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=8)
    except ValueError:
        return None
    return {name: values[0] for name, values in fields.items()}


def _limiter() -> CapacityLimiter:
    """Made within the server's loop, at the first password."""
    global _hashing
    if _hashing is None:
        _hashing = CapacityLimiter(AT_ONCE)
    return _hashing
