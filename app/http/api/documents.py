"""Projects, their documents, and what people decided on them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue

from app.edit_operations import EDIT_OPERATIONS
from app.editing import DraftSpan
from app.http.api.projects import Id
from app.http.common.authentication import Caller, Calling
from app.http.common.errors import ApiError
from app.http.common.moments import Moment
from app.services.annotation import audit_log
from app.services.annotation.annotation import AnnotationService
from app.services.annotation.batch import MAX_OPERATIONS
from app.services.interchange import importing
from app.services.operations import documents, projects
from storage.enums import DocumentStatus
from storage.records import DocumentFilter

router = APIRouter(tags=["documents"])
Short = Annotated[str, Query(max_length=200)]
Named = Annotated[str, Query(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
"""A label or a person; no name has a control character."""


class DocumentOut(BaseModel):
    id: int
    name: str
    status: DocumentStatus
    split: str
    length: int
    """Code points."""
    updated_at: datetime
    meta: dict[str, Any]
    """What came with the document, and its `tags`."""


class Page(BaseModel):
    documents: list[DocumentOut]
    total: int
    """That match, on this page and after it."""
    next: int | None
    """Where the next page begins; null where this one is the last."""


class DocumentText(DocumentOut):
    project_id: int
    text: str
    """Exactly as it came."""


class Added(BaseModel):
    id: int
    name: str
    status: DocumentStatus


class NewDocument(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=500)]
    text: Annotated[str, Field(min_length=1)]


class _AsOperation:
    """Describes an object as one of `app.edit_operations`. Whether it is one is checked as it is
    applied, so that a wrong one is recorded as refused, and those beside it are kept."""

    def __get_pydantic_json_schema__(
        self, _: Any, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(EDIT_OPERATIONS.core_schema)


class Operations(BaseModel):
    """What a person does, one after another."""

    model_config = ConfigDict(extra="forbid")

    operations: Annotated[
        list[Annotated[dict[str, Any], _AsOperation()]],
        Field(min_length=1, max_length=MAX_OPERATIONS),
    ]
    client: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """A name of the caller's own: with `seq` in each operation, what is sent twice is done once.
    Each number stands for one operation on one document; others need further numbers, or another
    name. Without it the operations are done as they come, and what is sent twice is done twice."""


class SpanOut(BaseModel):
    id: str
    start: int
    end: int
    label: str
    status: str
    score: float | None
    source: str


class Annotations(BaseModel):
    status: DocumentStatus
    entities: list[SpanOut]


@router.get("/projects/{project_id}/documents")
def page(
    project_id: Id,
    caller: Calling,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0, lt=2**31)] = 0,
    status: DocumentStatus | None = None,
    search: Short = "",
    after: Annotated[int, Query(ge=0, lt=2**31)] = 0,
    label: Named = "",
    person: Named = "",
    updated_since: Moment | None = None,
    meta_key: Short = "",
    meta_value: Short = "",
) -> Page:
    """One page of a project's documents, in order of arrival: of one status; with `search` in name
    or text; with this label marked or suggested; that this person annotated or was given; changed
    since then; with this key in their metadata, and this in its value. `after` the document of this
    number, which is the way through many: `next` of one page is `after` of the next."""
    projects.get(caller.sessions, caller.reach(project_id))
    wanted = DocumentFilter(
        statuses=(status,) if status else (),
        search=search,
        label=label,
        person=person,
        since=updated_since,
        meta_key=meta_key,
        meta_value=meta_value,
        after=after,
    )
    found = documents.page(caller.sessions, project_id, wanted, limit=limit, offset=offset)
    rows = [DocumentOut.model_validate(row, from_attributes=True) for row in found.rows]
    following = rows[-1].id if len(rows) == limit else None
    return Page(documents=rows, total=found.total, next=following)


@router.post("/projects/{project_id}/documents", status_code=201)
def add(project_id: Id, new: NewDocument, caller: Calling) -> Added:
    """Adds a document. 409 where the project has this very text already."""
    projects.get(caller.sessions, caller.reach(project_id))
    added = importing.add_text(caller.sessions, project_id, new.name, new.text)
    if added is None:
        raise ApiError(
            409,
            "duplicate: this text is already in the project or its trash",
            got=new.name,
            remedy="Search for it among the documents, or restore it from the trash.",
        )
    return Added(**asdict(added))


@router.get("/documents/{document_id}")
def get(document_id: Id, caller: Calling) -> DocumentText:
    """A document with its exact text."""
    document = documents.get(caller.sessions, document_id)
    return DocumentText.model_validate(document, from_attributes=True)


@router.get("/documents/{document_id}/annotations")
def standing(document_id: Id, caller: Calling) -> Annotations:
    """What was submitted, else the draft, of the person in whose name the token acts; of a document
    that nobody has opened what is suggested, without asking the model."""
    return annotations_of(caller, document_id)


@router.post("/documents/{document_id}/annotations")
def decide(document_id: Id, wanted: Operations, caller: Calling) -> Annotations:
    """Decisions, through the same door as the page's. 409 where one cannot be applied; those
    beside it are kept. 409 also where a `client` sends no `seq`, or one that it sent with something
    else before. They are saved a hundred at a time: after a 503 send all of them again with the
    same `client` and `seq`, and none is done twice."""
    client, ops = _numbered(wanted)
    service = AnnotationService(caller.sessions)
    applied = service.apply(document_id, client, ops, caller.person)
    if applied.failure:
        raise applied.failure
    if applied.error:
        raise ApiError(
            409,
            applied.error,
            expected="operations as the page sends them",
            remedy="Fetch the annotations again: all other operations were kept.",
        )
    return annotations_of(caller, document_id)


def _numbered(wanted: Operations) -> tuple[str, list[dict[str, Any]]]:
    """The client and its operations by their numbers; raises `ApiError` for those of a client that
    have none, or the same."""
    if wanted.client is None:
        numbered = enumerate(wanted.operations, 1)
        return audit_log.server_client(), [{**operation, "seq": seq} for seq, operation in numbered]
    seqs = [operation.get("seq") for operation in wanted.operations]
    if None not in seqs and len(set(map(repr, seqs))) == len(seqs):
        return wanted.client, wanted.operations
    raise ApiError(
        409,
        "with a client each operation needs a seq of its own; nothing was saved",
        got="an operation without seq" if None in seqs else "two operations with the same seq",
        expected="whole numbers that this client sends with no other operation and for no other "
        "document; the same ones where a request is repeated",
        remedy="Number the operations on from request to request, or leave client out.",
    )


@router.post("/documents/{document_id}/reopen")
def reopen(document_id: Id, caller: Calling) -> Annotations:
    """Makes a submitted or skipped document editable again, for operations that correct it; what
    was submitted stands until it is submitted anew."""
    AnnotationService(caller.sessions).reopen(document_id, caller.person)
    return annotations_of(caller, document_id)


def annotations_of(caller: Caller, document_id: int) -> Annotations:
    """Where the work of the token's person stands."""
    stored = AnnotationService(caller.sessions).standing(document_id, caller.person)
    return Annotations(status=stored.status, entities=[_span(span) for span in stored.spans])


def _span(span: DraftSpan) -> SpanOut:
    return SpanOut.model_validate(span, from_attributes=True)
