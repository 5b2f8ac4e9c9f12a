"""Suggestions: of a document as the page opens it, which are made where there are none; and those
that a program brings for many."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from app.http.api.documents import Annotations, annotations_of
from app.http.api.imports import BadRecordOut
from app.http.api.projects import Id
from app.http.common.authentication import Calling
from app.http.common.files import receive
from app.http.common.hang_up import unless_hung_up
from app.http.common.limits import MOST_IMPORTED, cost
from app.http.predictions.prediction import active, batcher
from app.services.annotation.annotation import AnnotationService
from app.services.operations import documents
from app.services.suggestions import pushed
from app.services.team.permissions import require_in

router = APIRouter(tags=["documents"])
_LESS = "Send the lines in parts."
_BODY = {
    "requestBody": {
        "required": True,
        "description": "A document a line: `document`, its number, and `entities`, a list of "
        "objects with `start`, `end`, `label` and, where known, `score` from 0 to 1.",
        "content": {"application/x-ndjson": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class Pushed(BaseModel):
    """What became of the lines: each counts in one of `added`, `begun`, `held_out` and
    `bad_count`."""

    added: int
    """Documents that have the suggestions now."""
    entities: int
    """Suggestions in them."""
    begun: int
    """Documents that somebody has worked on, which stay as they are."""
    held_out: int
    """Documents that are annotated without suggestions."""
    bad_count: int
    bad: list[BadRecordOut]
    """The first of the lines that were skipped."""


@router.post("/documents/{document_id}/open")
async def open_document(document_id: Id, caller: Calling, request: Request) -> Annotations:
    """Opens a document in the name of the token's person, as on the page: suggestions of the model,
    of what was learnt and of the rules become a draft to decide on; work that was begun stays as it
    is. 403 where other people have the document."""
    document = await run_in_threadpool(documents.get, caller.sessions, document_id)
    caller.count(cost(document.text) - 1, divisible=False)
    model = await run_in_threadpool(active, caller)
    service = AnnotationService(caller.sessions, model)
    opening = partial(service.open, document_id, caller.person)
    await unless_hung_up(request, batcher.call(caller.person, [(document.text, opening)]))
    return await run_in_threadpool(annotations_of, caller, document_id)


@router.post("/projects/{project_id}/suggestions", openapi_extra=_BODY)
async def push(
    project_id: Id,
    request: Request,
    caller: Calling,
    model: Annotated[str, Query(min_length=1, max_length=200)],
) -> Pushed:
    """Takes another model's suggestions for documents that are in the project; `model` is the name
    that annotators read. They take the place of earlier suggestions wherever nobody has begun."""
    caller.reach(project_id)
    await run_in_threadpool(require_in, caller.sessions, project_id, "review")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "suggestions.jsonl"
        with path.open("wb") as file:
            await receive(request, caller, file, MOST_IMPORTED, _LESS)
        report = await run_in_threadpool(
            pushed.push, caller.sessions, project_id, path, model, caller.person
        )
    return Pushed.model_validate(report, from_attributes=True)
