"""Who closes a page gives back the document that it shows, if nothing was done to it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.services.team import assignment
from app.services.team.permissions import NotAllowedError
from app.settings import Settings
from app.web.changes import NUMBER
from app.web.edits import FOLDER
from app.web.open_pages import Worker, leaver_of
from app.web.threads import OwnThreads
from storage.database_errors import StorageError

_NOT_HERE = "This document is not open here.\n"
_threads = OwnThreads("leaving", 2)


async def leave(request: Request) -> Response:
    """The last message of a page, which waits for no answer."""
    worker = leaver_of(request, request.path_params["page"], Settings.from_environment())
    number = request.path_params["document"]
    if worker is None or not NUMBER.fullmatch(number):
        return PlainTextResponse(_NOT_HERE, 404)
    left = await _threads.run(_left, worker, int(number))
    return Response(status_code=204) if left else PlainTextResponse(_NOT_HERE, 404)


def _left(worker: Worker, document_id: int) -> bool:
    """Where the database does not answer, the claim lapses by itself."""
    try:
        assignment.leave(worker.sessions, document_id, worker.person)
    except (LookupError, NotAllowedError, StorageError):
        return False
    return True


ROUTES = [Route(f"{FOLDER}{{page}}/leave/{{document}}", leave, methods=["POST"])]
