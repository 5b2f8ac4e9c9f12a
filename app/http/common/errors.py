"""Errors as JSON that a programmer can act on: what, got, expected, remedy."""

from __future__ import annotations

import errno
import json
import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from app.edit_operations import EditError
from app.server_paths import without_paths
from app.services.labels.changes import LabelChangeError
from app.services.labels.label_set import KeyTakenError
from app.services.model_registry.promotions import NoWayBackError
from app.services.model_registry.registry import ModelFolderError
from app.services.operations.projects import NameTakenError
from app.services.retraining.jobs_database import JobsDatabaseError
from app.services.retraining.training_data import RetrainingError
from app.services.team.assignment import AssignmentError
from app.services.team.permissions import NotAllowedError
from app.services.team.tokens import TokenStateError
from app.services.webhooks.webhooks import WebhookLimitError
from core.modeling.tokenizer_file import TokenizerError
from storage.database_errors import OUTAGES, public_problem_of

LOG = logging.getLogger(__name__)
_STATUSES: dict[type[Exception], int] = {
    ModelFolderError: 503,
    NotAllowedError: 403,
    TokenizerError: 500,
    LookupError: 404,
    EditError: 409,
    NameTakenError: 409,
    LabelChangeError: 409,
    KeyTakenError: 409,
    NoWayBackError: 409,
    AssignmentError: 409,
    RetrainingError: 409,
    TokenStateError: 409,
    WebhookLimitError: 409,
    JobsDatabaseError: 503,
    ValueError: 400,
}


class ErrorBody(BaseModel):
    what: str
    got: Any = None
    expected: str = ""
    remedy: str = ""


class ErrorAnswer(BaseModel):
    error: ErrorBody


_DISKS = {
    errno.ENOSPC: "the server's disk is full",
    errno.EDQUOT: "the server's share of its disk is used up",
    errno.EROFS: "the server's disk is read-only",
}
_MEANINGS = {
    400: "A value that cannot be",
    401: "No valid token",
    403: "Not allowed to the token's person, or asked by a page of another site",
    404: "Not there, or not to be seen",
    409: "The present state does not allow it",
    413: "The request is too large",
    422: "A field that is missing, unknown or out of bounds",
    429: "Too many requests; see Retry-After",
    500: "A fault of the server; its log has it",
    503: "The database, the jobs, the model or the disk cannot be used; see Retry-After",
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorAnswer, "description": meaning} for status, meaning in _MEANINGS.items()
}
"""For the description of every endpoint."""


class ApiError(Exception):
    """An answer that is no success."""

    def __init__(
        self, status: int, what: str, *, got: object = None, expected: str = "", remedy: str = ""
    ) -> None:
        super().__init__(what)
        self.status = status
        self.body = {"what": what, "got": got, "expected": expected, "remedy": remedy}


def unknown_project(named: object, status: int = 422) -> ApiError:
    return ApiError(
        status,
        "the address names no project",
        got=repr(named)[:100],
        expected="the project's number, such as 3",
        remedy="It stands on the project's Documents page, under Settings.",
    )


class _Ascii(JSONResponse):
    """Whatever a request held can be told: half a character has no UTF-8."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, default=repr).encode("ascii")


def answer(
    status: int, body: dict[str, Any], more: Mapping[str, str] | None = None
) -> JSONResponse:
    headers = dict(more or {})
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="spanneal"'
    if status in (429, 503):
        headers["Retry-After"] = "60"
    return _Ascii({"error": body}, status, headers)


def install(app: FastAPI) -> None:
    """Makes every error of the app an `answer`."""
    app.add_exception_handler(ApiError, _api)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for outage in OUTAGES:
        app.add_exception_handler(outage, _database)
    app.add_exception_handler(UnicodeEncodeError, _half_a_character)
    app.add_exception_handler(OSError, _of_the_machine)
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
    if status >= 500:
        LOG.error("a program's request failed", exc_info=error)
    return answer(status, ApiError(status, without_paths(str(error))).body)


async def _database(request: Request, error: Exception) -> JSONResponse:
    """Says what is wrong in general; the statement, which may hold texts, is the log's."""
    assert isinstance(error, OUTAGES)
    LOG.error("the database failed a program's request", exc_info=error)
    problem = public_problem_of(error)
    return answer(503, ApiError(503, problem.what, remedy=problem.remedy).body)


async def _of_the_machine(request: Request, error: Exception) -> JSONResponse:
    """A disk on which nothing more can be written is no fault of the program's."""
    assert isinstance(error, OSError)
    if error.errno not in _DISKS:
        raise error
    LOG.error("a program's request could not be written down", exc_info=error)
    remedy = "Ask the server's administrator to make room on it, and send the request again."
    return answer(503, ApiError(503, _DISKS[error.errno], remedy=remedy).body)


async def _half_a_character(request: Request, error: Exception) -> JSONResponse:
    remedy = "Send the text in UTF-8, or both halves of each \\u escape."
    what = "a text holds half a character (a lone surrogate)"
    return answer(400, ApiError(400, what, expected="whole characters", remedy=remedy).body)


async def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    """Says nothing of what it was: the server's log has it, since it is raised again."""
    return answer(500, ApiError(500, "internal server error", remedy="See the server's log.").body)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    remedy = "See /api/docs for all endpoints."
    body = ApiError(error.status_code, error.detail, remedy=remedy).body
    return answer(error.status_code, body, error.headers)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if tuple(first["loc"]) == ("path", "project_id"):
        return answer(422, unknown_project(first.get("input")).body)
    field = ".".join(map(str, first["loc"]))
    return answer(
        422,
        ApiError(
            422,
            f"{field} is invalid",
            got=repr(first.get("input"))[:200],
            expected=str(first["msg"]),
            remedy="See /api/docs for the fields of each request.",
        ).body,
    )
