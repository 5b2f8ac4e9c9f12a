"""What is asked of a whole project: to be written out, and to be learnt from."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from typing import IO, Any

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from app.http.authentication import Caller, Calling
from app.http.documents import Id
from app.services.interchange.exporting import export
from app.services.retraining.jobs import Job, Jobs
from app.settings import Settings
from app.web.gate import database
from storage.formats import SUFFIXES

router = APIRouter()
_IN_MEMORY = 2**20
_PART = 2**16


@router.get("/projects/{project_id}/export", tags=["export"])
def exported(project_id: Id, caller: Calling, format: str = "jsonl") -> StreamingResponse:
    """The submitted documents in a format; what it could not hold stands in a header."""
    caller.reach(project_id)
    out = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed when it was sent
    try:
        report = export(caller.sessions, project_id, format, out)  # type: ignore[arg-type]
    except BaseException:
        out.close()
        raise
    out.seek(0)
    headers = {
        "Content-Disposition": f'attachment; filename="project-{project_id}{SUFFIXES[format]}"',
        "Spanneal-Documents": str(report.passed),
        "Spanneal-Refused": str(len(report.written.refused)),
    }
    return StreamingResponse(_parts(out), headers=headers, media_type="application/octet-stream")


@router.post("/projects/{project_id}/jobs", status_code=202, tags=["jobs"])
def start(project_id: Id, caller: Calling) -> dict[str, Any]:
    """Queues a retraining. 409 where there is too little to learn from, or one is under way."""
    caller.reach(project_id)
    return {"id": jobs_of(caller).start(project_id)}


@router.get("/jobs/{job_id}", tags=["jobs"])
def get(job_id: str, caller: Calling) -> dict[str, Any]:
    """How a job stands."""
    job = _reached(caller, job_id)
    return {**asdict(job), "active": job.active}


@router.post("/jobs/{job_id}/cancel", status_code=202, tags=["jobs"])
def cancel(job_id: str, caller: Calling) -> dict[str, Any]:
    """Stops a job that waits or runs."""
    _reached(caller, job_id)
    jobs_of(caller).cancel(job_id)
    return {"id": job_id}


def jobs_of(caller: Caller) -> Jobs:
    return _jobs(caller.settings).on(caller.sessions)


@cache
def _jobs(settings: Settings) -> Jobs:
    return Jobs(settings, database(settings))


def _reached(caller: Caller, job_id: str) -> Job:
    job = jobs_of(caller).get(job_id)
    caller.reach(job.project_id)
    return job


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while part := file.read(_PART):
            yield part
