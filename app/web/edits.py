"""Where the annotator sends its edits: beside the page's own connection, without a run of it."""

from __future__ import annotations

import json
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.editing import EditError
from app.services.annotation.annotation import AnnotationService
from app.services.annotation.page_edits import Answer, receive, with_next
from app.settings import Settings
from app.web.open_pages import Worker, is_account_unchanged, worker_of
from app.web.threads import OwnThreads

FOLDER = "/edits/"
MOST_BYTES = 8 * 2**20
"""Of a message: a thousand operations (`batch.MAX_OPERATIONS`) with long comments."""
_NO_PAGE = (
    "This page is not open on this server any more; reload it. Its edits are kept in the tab."
)
_CHANGED = "This account was changed; reload the page. Its edits are kept in the tab."
_threads = OwnThreads("edits", 8)


async def edits(request: Request) -> Response:
    """A message of the annotator on a page, see `app.services.annotation.page_edits.receive`."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        return _refused(415, "Edits are sent as application/json.")
    settings = Settings.from_environment()
    worker = worker_of(request, request.path_params["page"], settings)
    if worker is None:
        return _refused(404, _NO_PAGE)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return _refused(413, f"Edits may have {MOST_BYTES // 2**20} MiB at a time.")
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return _refused(400, "Edits are sent as JSON.")
    try:
        answer = await _threads.run(_answer, worker, message, settings)
    except EditError as error:
        return _refused(400, str(error))
    return JSONResponse(asdict(answer)) if answer else _refused(404, _CHANGED)


def _answer(worker: Worker, message: object, settings: Settings) -> Answer | None:
    if not is_account_unchanged(worker, settings):
        return None
    answer = receive(AnnotationService(worker.sessions), message, worker.person)
    return with_next(answer, message, worker.annotation, worker.person)


ROUTES = [Route(f"{FOLDER}{{page}}", edits, methods=["POST"])]


def address(page: str) -> str:
    """Where the annotator of a page sends its edits, from the server's folder."""
    return f"{FOLDER.removeprefix('/')}{page}"


def _refused(status: int, why: str) -> Response:
    return JSONResponse({"detail": why}, status)
