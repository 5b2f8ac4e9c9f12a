"""Who closes a page gives back the document that it shows, if nothing was done to it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.settings import Settings
from app.web.changes import NUMBER
from app.web.edits import FOLDER
from app.web.open_pages import leaver_of
from app.web.threads import OwnThreads
from app.web.unseen import give_back

_NOT_HERE = "This document is not open here.\n"
_threads = OwnThreads("leaving", 2)


async def leave(request: Request) -> Response:
    """The last message of a page, which waits for no answer."""
    worker = leaver_of(request, request.path_params["page"], Settings.from_environment())
    number = request.path_params["document"]
    if worker is None or not NUMBER.fullmatch(number):
        return PlainTextResponse(_NOT_HERE, 404)
    left = await _threads.run(give_back, worker, int(number))
    return Response(status_code=204) if left else PlainTextResponse(_NOT_HERE, 404)


ROUTES = [Route(f"{FOLDER}{{page}}/leave/{{document}}", leave, methods=["POST"])]
