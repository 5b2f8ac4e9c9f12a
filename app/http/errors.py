"""Errors as JSON that a programmer can act on: what, got, expected, remedy."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from app.gestures import GestureError
from app.services.permissions import NotAllowedError
from app.services.retraining import RetrainingError

LOG = logging.getLogger(__name__)
_STATUSES: dict[type[Exception], int] = {
    NotAllowedError: 403,
    LookupError: 404,
    GestureError: 409,
    RetrainingError: 409,
    ValueError: 400,
}


class ApiError(Exception):
    """An answer that is no success."""

    def __init__(
        self, status: int, what: str, *, got: object = None, expected: str = "", remedy: str = ""
    ) -> None:
        super().__init__(what)
        self.status = status
        self.body = {"what": what, "got": got, "expected": expected, "remedy": remedy}


def answer(status: int, body: dict[str, Any]) -> JSONResponse:
    headers = {"WWW-Authenticate": 'Bearer realm="spanneal"'} if status == 401 else {}
    if status == 429:
        headers["Retry-After"] = "60"
    return JSONResponse({"error": body}, status, headers)


def install(app: FastAPI) -> None:
    """Makes every error of the app an `answer`."""
    app.add_exception_handler(ApiError, _api)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)
    for kind in _STATUSES:
        app.add_exception_handler(kind, _known)


async def _api(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    return answer(error.status, error.body)


async def _known(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, (KeyError, IndexError, UnicodeError)):  # nobody's words to a person
        raise error
    status = next(code for kind, code in _STATUSES.items() if isinstance(error, kind))
    return answer(status, ApiError(status, str(error)).body)


async def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    """Says nothing of what it was: the server's log has it, since it is raised again."""
    return answer(500, ApiError(500, "something failed here", remedy="See the server's log.").body)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    remedy = "The addresses there are stand at /api/docs."
    return answer(error.status_code, ApiError(error.status_code, error.detail, remedy=remedy).body)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    return answer(
        422,
        ApiError(
            422,
            f"{place} is not what it should be",
            got=repr(first.get("input"))[:200],
            expected=str(first["msg"]),
            remedy="The fields of each request stand at /api/docs.",
        ).body,
    )
