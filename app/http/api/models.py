"""Model versions: which there are, which one suggests, and their files."""

from __future__ import annotations

import tempfile
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import StreamingResponse

from app.http.common.authentication import Caller, Calling
from app.http.common.errors import ApiError
from app.http.common.files import parts, receive
from app.services.model_registry import archive, promotions
from app.services.model_registry.registry import ModelRegistry, VersionView
from app.services.team.permissions import require_administrator
from storage.enums import VersionState

router = APIRouter(prefix="/models", tags=["models"])
VersionId = Annotated[int, Path(ge=1, lt=2**31)]
_IN_MEMORY = 2**20


class VersionOut(BaseModel):
    id: int
    state: VersionState
    labels: list[str]
    parent_id: int | None
    created_at: datetime
    metrics: dict[str, Any]
    """What was measured on held-out documents, and how it was trained."""


class Why(BaseModel):
    model_config = ConfigDict(extra="forbid")

    why: Annotated[str, Field(max_length=1_000)] = ""
    """Written into the log of promotions."""


class Brought(BaseModel):
    version: VersionOut
    left_behind: list[str]
    """Files of the archive that are no part of a model."""


@router.get("")
def list_versions(caller: Calling) -> list[VersionOut]:
    """All versions, the newest first; the one whose state is `active` suggests."""
    return [_out(version) for version in ModelRegistry(caller.sessions).versions()]


@router.get("/{version_id}")
def get(version_id: VersionId, caller: Calling) -> VersionOut:
    """A version and its scores."""
    return _out(ModelRegistry(caller.sessions).get(version_id))


@router.post("/rollback")
def roll_back(wanted: Why, caller: Calling) -> VersionOut:
    """Makes the version active that was before the present one; an administrator's. 409 where there
    is none."""
    _of_all_projects(caller)
    return _out(promotions.roll_back(caller.sessions, wanted.why))


@router.post("/{version_id}/promote")
def promote(version_id: VersionId, wanted: Why, caller: Calling) -> VersionOut:
    """Makes a version the one that suggests, in every project; an administrator's."""
    _of_all_projects(caller)
    return _out(ModelRegistry(caller.sessions).promote(version_id, wanted.why))


@router.get("/{version_id}/download", response_class=StreamingResponse)
def download(version_id: VersionId, caller: Calling) -> StreamingResponse:
    """A version's folder as a zip: weights, configuration, tokenizer, card and scores."""
    _of_all_projects(caller)
    out = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it was sent
    try:
        archive.pack(caller.sessions, version_id, out)
    except BaseException:
        out.close()
        raise
    headers = {"Content-Disposition": f'attachment; filename="spanneal-{version_id}.zip"'}
    return StreamingResponse(parts(out), headers=headers, media_type="application/zip")


@router.post(
    "",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def upload(
    request: Request,
    caller: Calling,
    name: Annotated[str, Query(max_length=archive.LONGEST_NAME)] = "model.zip",
) -> Brought:
    """Brings in a version as `download` packs it, or a zip of a folder that `python -m core train`
    wrote; it is only proposed. An administrator's."""
    _of_all_projects(caller)
    await run_in_threadpool(_as_administrator, caller)
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        remedy = "Bring it in on the server: python -m app model import FOLDER"
        await receive(request, caller, file, archive.MOST_BYTES, remedy)
        brought = await run_in_threadpool(
            archive.unpack,
            caller.sessions,
            caller.settings,
            file,  # type: ignore[arg-type]
            name,
        )
    return Brought(version=_out(brought.version), left_behind=list(brought.left_behind))


def _of_all_projects(caller: Caller) -> None:
    """A version serves every project, so a token of one project moves none."""
    if caller.project_id is not None:
        raise ApiError(
            403,
            "this token is for one project, and a model version serves all",
            got=caller.project_id,
            remedy="Create a token without --project, of an administrator.",
        )


def _as_administrator(caller: Caller) -> None:
    with caller.sessions() as session:
        require_administrator(session)


def _out(version: VersionView) -> VersionOut:
    return VersionOut.model_validate(version, from_attributes=True)
