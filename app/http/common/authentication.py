"""Who asks: a program with a token, or, where nobody signs in, this machine itself."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.common.errors import ApiError, answer
from app.http.common.limits import A_MINUTE, A_MINUTE_LOCALLY, COST_CHARACTERS, Rate
from app.services.team import tokens
from app.settings import Settings
from app.web import listen_address
from app.web.gate import database
from app.web.origin import same_origin
from storage.engine import Sessions
from storage.enums import TOKEN_SCOPES, TokenScope

rate = Rate()
local_rate = Rate(A_MINUTE_LOCALLY)
_READS = re.compile(r"/api/v1/predict(/batch)?|/(label-studio|inception)/.+/(predict|setup)")
"""What changes nothing, though it sends a body."""
_ANNOTATES = re.compile(r"/api/v1/documents/\d+/(annotations|open|reopen)")


@dataclass(frozen=True, slots=True)
class Caller:
    """A program that was let in, and sessions that see what it may."""

    sessions: Sessions
    person: str
    project_id: int | None
    settings: Settings
    token: str | None = None
    """Its name; None for this machine's own programs, which are counted together."""

    def count(self, number: int, divisible: bool = True) -> None:
        """Counts further requests where one brings what could be several; what cannot be sent in
        parts takes all that is left after a minute without requests, but no more. Raises
        `ApiError`."""
        spent, whose, most = (
            (local_rate, "of this machine's programs", A_MINUTE_LOCALLY)
            if self.token is None
            else (rate, "with this token", A_MINUTE)
        )
        if not divisible:
            number = min(number, spent.a_minute - 1)  # the request itself was counted
        if number > 0 and not spent.spend(self.token or "", number):
            raise ApiError(
                429,
                f"too many requests {whose}",
                expected=f"at most {most} a minute; a text to predict counts as one for each "
                f"{COST_CHARACTERS} code points",
                remedy="Wait, and send large requests in parts.",
            )

    def reach(self, project_id: int) -> int:
        """The project, where the token reaches it; raises `ApiError`."""
        if self.project_id not in (None, project_id):
            raise ApiError(
                403,
                "this token is for another project",
                got=project_id,
                expected=f"project {self.project_id}",
                remedy="Create a token for this project: python -m app token create --project NAME",
            )
        return project_id


class Admission:
    """Lets nobody in whose request brings a body, before that body is read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
            try:
                found = await run_in_threadpool(_admit, Request(scope))
            except ApiError as error:
                await answer(error.status, error.body)(scope, receive, send)
                return
            scope.setdefault("state", {})["caller"] = found
        await self._app(scope, receive, send)


def caller(request: Request) -> Caller:
    """Whom `Admission` let in; else raises `ApiError` as it would."""
    found = getattr(request.state, "caller", None)
    return found if isinstance(found, Caller) else _admit(request)


def _admit(request: Request) -> Caller:
    """Raises `ApiError` for who comes from another site, without a token, or too often."""
    _same_site(request)
    settings = Settings.from_environment()
    sessions = database(settings)
    secret = _secret(request)
    if secret is None and settings.auth == "off" and listen_address.asks_locally(request):
        local = Caller(sessions, settings.person, None, settings)
        local.count(1)
        return local
    found = tokens.holder(sessions, secret) if secret else None
    if found is None or (settings.signs_in and found.person is None):
        raise ApiError(
            401,
            "a valid token is required",
            got="none"
            if secret is None
            else ("an unknown, expired or revoked token, or one without an account"),
            expected="Authorization: Bearer spanneal_…",
            remedy=_remedy(request.url.path),
        )
    token_sessions = tokens.sessions_for(sessions, found.person, found.project_id)
    person = found.person.name if found.person else settings.person
    _within(found, request)
    admitted = Caller(token_sessions, person, found.project_id, settings, found.name)
    admitted.count(1)
    return admitted


def _within(token: tokens.Holder, request: Request) -> None:
    """Raises `ApiError` where the token's scope does not hold what is asked."""
    path = request.url.path
    reads = request.method in ("GET", "HEAD") or _READS.fullmatch(path) is not None
    needed: TokenScope = "read" if reads else "annotate" if _ANNOTATES.fullmatch(path) else "manage"
    if TOKEN_SCOPES.index(token.scope) < TOKEN_SCOPES.index(needed):
        raise ApiError(
            403,
            "the token's scope does not reach so far",
            got=token.scope,
            expected=needed,
            remedy=f"Create a token with --scope {needed}: python -m app token create",
        )


def _remedy(path: str) -> str:
    """How to send a token; Label Studio's webhook is no part of what it calls a model."""
    create = "Create one: python -m app token create --name NAME [--person ACCOUNT]"
    if not path.startswith("/label-studio/"):
        return create
    if path.endswith("/webhook"):
        return (
            f"{create}. In Label Studio's project open Settings, Webhooks, this address, and add "
            "under Headers: Authorization, with the value Bearer spanneal_…; then save again the "
            "annotations that were made meanwhile."
        )
    return f"{create}. In Label Studio it is the password of the model's basic authentication."


Calling = Annotated[Caller, Depends(caller)]


def _secret(request: Request) -> str | None:
    """A bearer token, or the password of HTTP's basic authentication, as Label Studio sends it."""
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return given.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(given, validate=True).decode().partition(":")[2]
        except ValueError:  # no base64, or no UTF-8 in it
            return ""
    return None


def _same_site(request: Request) -> None:
    """Browsers say which site asks; what says nothing is no browser."""
    if not same_origin(request) or request.headers.get("sec-fetch-site") in (
        "cross-site",
        "same-site",
    ):
        raise ApiError(
            403,
            "the request comes from a page of another site",
            got=request.headers.get("origin"),
            expected="a page of this site, or a program",
            remedy="Send the request from a program; pages of other sites are not allowed.",
        )
