"""A document as the page opens it: with its suggestions, which are made where there are none."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from app.http.api.documents import Annotations, annotations_of
from app.http.api.projects import Id
from app.http.common.authentication import Calling
from app.http.common.hang_up import unless_hung_up
from app.http.common.limits import cost
from app.http.predictions.prediction import active, batcher
from app.services.annotation.annotation import AnnotationService
from app.services.operations import documents

router = APIRouter(tags=["documents"])


@router.post("/documents/{document_id}/open")
async def open_document(document_id: Id, caller: Calling, request: Request) -> Annotations:
    """Opens a document in the name of the token's person, as on the page: suggestions of the model,
    of what was learnt and of the rules become a draft to decide on; work that was begun stays as it
    is. 403 where other people have the document."""
    document = await run_in_threadpool(documents.get, caller.sessions, document_id)
    caller.count(cost(document.text) - 1)
    model = await run_in_threadpool(active, caller)
    service = AnnotationService(caller.sessions, model)
    opening = partial(service.open, document_id, caller.person)
    await unless_hung_up(request, batcher.call(caller.person, [(document.text, opening)]))
    return await run_in_threadpool(annotations_of, caller, document_id)
