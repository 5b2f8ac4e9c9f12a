"""A whole file into a project in one request: it is streamed to the disk, then imported from
there in short transactions."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from app.http.api.projects import Id
from app.http.common.authentication import Calling
from app.http.common.errors import ApiError
from app.http.common.files import receive
from app.http.common.limits import MOST_IMPORTED
from app.services.interchange.importing import importing
from app.services.interchange.read_records import ImportReport, Incoming
from app.services.interchange.same_text import SameText
from app.services.operations import projects
from app.services.team.permissions import require_in
from storage.enums import Split
from storage.formats import FORMATS, IMPORT_FORMATS

router = APIRouter(tags=["documents"])
_LISTED = 100
"""Bad records that an answer names; it counts all of them."""
_LESS = "Send it in parts; or use `python -m app import` on the server, which takes more."
_BODY = {
    "requestBody": {
        "required": True,
        "description": "The file as it is: JSON lines with `text` and `entities` first of all.",
        "content": {
            mime: {"schema": {"type": "string", "format": "binary"}}
            for mime in ("application/x-ndjson", "application/octet-stream")
        },
    }
}


class BadRecordOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    line: int
    """Or the number of the record, where a format has no lines."""
    reason: str


class Imported(BaseModel):
    """What became of a file. Bad records were skipped; all the others are in."""

    format: str
    added: int
    duplicates: int
    """Whose very text the project had already."""
    merged: int
    """Whose annotation was added to a document of the same text."""
    responses: int
    """That are another person's annotation of the same text."""
    differing: int
    """Whose text the project has with different annotations, which was left as it is."""
    empty: int
    """With an empty list of labels, of which nobody knows whether somebody looked."""
    entities: int
    labels_created: list[str]
    notes: list[str]
    """What was converted or left out on the way in."""
    bad_count: int
    bad: list[BadRecordOut]
    """The first of the records that were skipped."""
    complete: bool
    """Whether the file could be read to its end."""


@router.post("/projects/{project_id}/import", openapi_extra=_BODY)
async def import_file(
    project_id: Id,
    request: Request,
    caller: Calling,
    name: Annotated[str, Query(max_length=200)] = "documents.jsonl",
    format: Annotated[str, Query(json_schema_extra={"enum": ["auto", *IMPORT_FORMATS]})] = "auto",
    split: Split | None = None,
    as_suggestions: bool = False,
    sentences: bool = False,
    submit_empty: bool = False,
    same_text: SameText = "merge",
) -> Imported:
    """Adds a file's documents, entities and suggestions, in any format that the page imports.
    Documents whose text the project has already stay as they are, so that a request that broke off
    can be sent again."""
    caller.reach(project_id)
    if format not in ("auto", *IMPORT_FORMATS):
        raise ApiError(
            422,
            "an unknown format",
            got=format[:100],
            expected=", ".join(("auto", *IMPORT_FORMATS)),
            remedy="Leave it out: the format is found by the file's content.",
        )
    await run_in_threadpool(projects.get, caller.sessions, project_id)
    await run_in_threadpool(require_in, caller.sessions, project_id, "review")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        with path.open("wb") as file:
            await receive(request, caller, file, MOST_IMPORTED, _LESS)
        incoming = Incoming(
            path,
            _plain(name),
            format,
            caller.person,
            as_suggestions,
            split,
            sentences,
            same_text=same_text,
            submit_empty=submit_empty,
        )
        report = await run_in_threadpool(_imported, caller.sessions, project_id, incoming)
    return _out(report)


def _plain(name: str) -> str:
    """A file's name without folders: it names documents, and its ending tells the format."""
    return name.replace("\\", "/").rpartition("/")[2] or "documents.jsonl"


def _imported(sessions: Any, project_id: int, incoming: Incoming) -> ImportReport:
    *_, report = importing(sessions, project_id, incoming)
    return report


def _out(report: ImportReport) -> Imported:
    counted = Imported.model_fields.keys() - {"format", "notes", "bad", "complete"}
    return Imported(
        format=FORMATS[report.format].name,
        notes=list(report.note_lines()),
        bad=[BadRecordOut.model_validate(record) for record in report.bad[:_LISTED]],
        complete=report.done,
        **{name: getattr(report, name) for name in counted},
    )
