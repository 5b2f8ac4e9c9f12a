"""What others do to a document reaches who looks at it: its new version, as a server-sent event.

An event tells no more than that: the page then asks what was done (`page_edits.receive`). A stream
ends with its page, whose socket a server that stops closes first; so it also says that the page is
there (`unseen.shown`).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from weakref import WeakKeyDictionary

from anyio.lowlevel import RunVar
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from app.services.annotation import versions
from app.services.annotation.versions import Looked
from app.services.team.permissions import NotAllowedError, for_nobody
from app.settings import Settings
from app.web.edits import FOLDER
from app.web.open_pages import Worker, is_account_unchanged, worker_of
from app.web.threads import OwnThreads
from app.web.unseen import shown
from storage.database_errors import StorageError
from storage.engine import Sessions

LOOK = 1.0
"""Seconds from one look at the database to the next: one for all pages of a process together."""
_SILENCE = 15
"""Looks without a change after which a comment is sent: proxies end what is silent for long."""
NUMBER = re.compile(r"[0-9]{1,9}")
"""Of a document, in an address."""
_NOT_HERE = "This document is not open here.\n"
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_threads = OwnThreads("changes", 2)
_newest: dict[str, object] = {}
"""The stream of each page: a page has one."""


class _Round:
    """The next look at the database, for everybody who asks before it begins."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._looked: set[Looked] = set()
        self._coming: asyncio.Task[Mapping[Looked, int]] | None = None

    async def version(self, looked: Looked) -> int | None:
        """None where the document is gone or the database does not answer."""
        self._looked.add(looked)
        if self._coming is None:
            self._coming = asyncio.create_task(self._look())
        return (await asyncio.shield(self._coming)).get(looked)

    async def _look(self) -> Mapping[Looked, int]:
        await asyncio.sleep(LOOK)
        looked, self._looked, self._coming = self._looked, set(), None
        try:
            return await _threads.run(versions.current, self._sessions, looked)
        except StorageError:
            return {}  # what is edited meanwhile says so


_rounds: RunVar[WeakKeyDictionary[Sessions, _Round]] = RunVar("rounds")


async def changes(request: Request) -> Response:
    """A stream of the versions of one document, for the page that shows it."""
    page, settings = request.path_params["page"], Settings.from_environment()
    number, worker = request.path_params["document"], worker_of(request, page, settings)
    if worker is None or not NUMBER.fullmatch(number):
        return PlainTextResponse(_NOT_HERE, 404)
    person, document_id = worker.person, int(number)
    if not await _threads.run(_may_look, worker, document_id, settings):
        return PlainTextResponse(_NOT_HERE, 404)
    coming = _round_of(for_nobody(worker.sessions))
    stream = _newest[page] = object()

    def is_open() -> bool:
        present = worker_of(request, page, settings)
        return _newest.get(page) is stream and present is not None and present.person == person

    async def events() -> AsyncIterator[str]:
        try:
            with shown(worker, document_id):
                async for event in _events(lambda: coming.version((document_id, person)), is_open):
                    yield event
        finally:
            if _newest.get(page) is stream:
                del _newest[page]

    return StreamingResponse(events(), media_type="text/event-stream", headers=_HEADERS)


async def _events(
    version: Callable[[], Awaitable[int | None]], is_open: Callable[[], bool]
) -> AsyncIterator[str]:
    """The version, at first and whenever it is another; a comment after a long silence."""
    sent, silent = None, 0
    while is_open():
        found = await version()
        silent += 1
        if found is not None and found != sent:
            sent, silent = found, 0
            yield f"data: {found}\n\n"
        elif silent >= _SILENCE:
            silent = 0
            yield ":\n\n"


def _may_look(worker: Worker, document_id: int, settings: Settings) -> bool:
    if not is_account_unchanged(worker, settings):
        return False
    try:
        versions.may_look(worker.sessions, document_id, worker.person)
    except (LookupError, NotAllowedError, StorageError):
        return False
    return True


def _round_of(sessions: Sessions) -> _Round:
    rounds = _rounds.get(None)
    if rounds is None:
        rounds = WeakKeyDictionary()
        _rounds.set(rounds)
    return rounds.setdefault(sessions, _Round(sessions))


ROUTES = [Route(f"{FOLDER}{{page}}/changes/{{document}}", changes, methods=["GET"])]
