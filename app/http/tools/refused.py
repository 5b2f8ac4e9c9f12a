"""What other tools' programs are refused is counted, logged, and shown on the project's page: the
tools themselves do not look at the answer, or show it to nobody."""

from __future__ import annotations

import json
import logging
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.services.interchange import refusals
from app.services.operations import metrics

LOG = logging.getLogger(__name__)
_LONGEST_BODY = 2**16
_LARGEST_ID = 2**31
_VERBS = frozenset(["health", "setup", "versions", "predict", "webhook", "train"])
"""Any other word of an address is not repeated: who has no token may make up many."""


class RefusalCounter:
    """Notes every answer of an interface that is an error."""

    def __init__(self, app: ASGIApp, tool: str) -> None:
        self._app, self._tool = app, tool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, body = 200, bytearray()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif status >= 400 and len(body) < _LONGEST_BODY:
                body.extend(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            self._note(scope, 500, "internal server error; see the server's log")
            raise
        if status >= 400:
            self._note(scope, status, _reason(bytes(body)))

    def _note(self, scope: Scope, status: int, reason: str) -> None:
        metrics.REFUSED.labels(self._tool, str(status)).inc()
        address = str(scope["path"]).removeprefix(str(scope.get("root_path", "")))
        project, _, rest = address.strip("/").partition("/")
        verb = rest.rpartition("/")[2]
        known = project.isascii() and project.isdecimal() and len(project) <= 10
        project_id = int(project) if known and int(project) < _LARGEST_ID else 0
        called = f"/{verb}" if verb in _VERBS else "an unknown address"
        number = refusals.note(project_id, self._tool, f"{called}: {reason}")
        if str(number).strip("0") == "1":  # the first, tenth, hundredth, so that no log is flooded
            LOG.warning("%s %r was refused (%d): %s", self._tool, address[:200], number, reason)


def _reason(body: bytes) -> str:
    """What an error's body says, and what to do about it."""
    try:
        error: Any = json.loads(body)["error"]
        return " ".join(f"{error['what']}. {error['remedy']}".split())
    except (ValueError, LookupError, TypeError):
        return "refused"
