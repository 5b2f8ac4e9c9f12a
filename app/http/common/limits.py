"""How much one program may ask: bytes of a request, and requests a minute.

The requests are counted by each process for itself, in its memory: two page processes let a program
ask twice as much, and a new process begins anew.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.common.errors import ApiError, answer

MOST_BYTES = 16 * 2**20
MOST_IMPORTED = 512 * 2**20
"""Bytes of a file to import, which is streamed to the disk."""
COST_BYTES = 2**20
"""Bytes of a file to import that count as one request."""
STREAMED = re.compile(r"/projects/\d+/(import|suggestions)|/models")
"""The endpoints that read their own body, part by part, and bound it themselves."""
MOST_TEXT = 100_000
"""Code points of a text to predict."""
COST_CHARACTERS = 500
"""Code points of a text to predict that count as one request; a shorter one counts as much."""
A_MINUTE = 600
"""Requests of a token that a process answers."""
A_MINUTE_LOCALLY = 6_000
"""Requests of this machine's own programs, all together, where they need no token."""
_KNOWN = 1_000


def cost(text: str) -> int:
    """How many requests a text to predict counts as."""
    return max(1, -(-len(text) // COST_CHARACTERS))


class BodyLimit:
    """Answers 413 where a request's body is longer than it may be: at once, where it says so."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD") or _streamed(scope):
            await self._app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length[:20]) > MOST_BYTES:
            await _too_large()(scope, receive, send)
            return
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            if len(body) > MOST_BYTES:
                await _too_large()(scope, receive, send)
                return
            if not message.get("more_body"):
                break
        await self._app(scope, _replayed(bytes(body), receive), send)


def _streamed(scope: Scope) -> bool:
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    return scope["method"] == "POST" and STREAMED.fullmatch(path) is not None


def _too_large() -> Response:
    refusal = ApiError(
        413,
        "the request is too large",
        got=f"more than {MOST_BYTES} bytes",
        expected=f"at most {MOST_BYTES} bytes",
        remedy="Send fewer or shorter documents at a time.",
    )
    return answer(413, refusal.body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


class Rate:
    """A bucket for each program, of this process: it holds a minute's requests and fills up
    evenly."""

    def __init__(
        self, a_minute: int = A_MINUTE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.a_minute, self._clock = a_minute, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def spend(self, who: str, number: int = 1) -> bool:
        """Whether so many more requests are allowed now; else none is taken."""
        with self._lock:
            at = self._clock()
            left, since = self._buckets.pop(who, (float(self.a_minute), at))
            left = min(self.a_minute, left + (at - since) * self.a_minute / 60)
            self._buckets[who] = (left - number if left >= number else left, at)
            while len(self._buckets) > _KNOWN:
                self._buckets.popitem(last=False)
            return left >= number
