"""What is asked of a whole project: to be written out, and to be learnt from."""

from __future__ import annotations

import json
import tempfile
from datetime import datetime
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from app.http.api.projects import Id
from app.http.common.authentication import Caller, Calling
from app.http.common.errors import ApiError
from app.http.common.files import parts
from app.http.common.moments import Moment
from app.services.interchange.exporting import export
from app.services.interchange.manifest import left_out
from app.services.operations import projects
from app.services.retraining.job_journal import JournalLine
from app.services.retraining.jobs import Job, Jobs, JobState, JobStep
from app.services.retraining.training_data import RetrainingSettings
from app.settings import Settings
from app.web.gate import database
from storage.enums import Split
from storage.formats import EXPORT_FORMATS, FORMATS
from storage.records import Selection

router = APIRouter()
_IN_MEMORY = 2**20
_MOST_NAMES = 100
_Name = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
JobId = Annotated[str, Path(pattern=r"^[\w-]{1,100}$")]
_DEFAULTS = RetrainingSettings()


class Wanted(BaseModel):
    """How to train; what is left out is chosen as on the page."""

    model_config = ConfigDict(extra="forbid")

    epochs: Annotated[int, Field(ge=1, le=1000)] | None = None
    """By the amount of data, where it is left out."""
    encoder_lr: Annotated[float, Field(ge=0, le=1)] = _DEFAULTS.encoder_lr
    decoder_lr: Annotated[float, Field(ge=0, le=1)] = _DEFAULTS.decoder_lr
    batch_size: Annotated[int, Field(ge=1, le=1024)] = _DEFAULTS.batch_size
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0


class JobOut(BaseModel):
    id: str
    project_id: int
    state: JobState
    step: JobStep | None
    """What it is at, or where it stopped."""
    reason: str | None
    """Why it failed, and what to do about it."""
    version_id: int | None
    """The proposed model version, once it is done."""
    settings: RetrainingSettings
    created_at: datetime
    finished_at: datetime | None
    active: bool
    """Whether it waits or runs."""


class Started(BaseModel):
    id: str


class LossOut(BaseModel):
    step: int
    losses: dict[str, float]


class EvaluationOut(BaseModel):
    step: int
    epoch: int
    precision: float | None
    recall: float | None
    f1: float | None
    best: bool


class ProgressOut(BaseModel):
    """Where a training stands."""

    step: int
    total_steps: int
    """0 until the first report."""
    epoch: int
    eta_seconds: float | None
    seconds: float | None
    losses: list[LossOut]
    evaluations: list[EvaluationOut]


@router.get("/projects/{project_id}/export", tags=["export"], response_class=StreamingResponse)
def exported(
    project_id: Id,
    caller: Calling,
    format: Annotated[str, Query(json_schema_extra={"enum": list(EXPORT_FORMATS)})] = "jsonl",
    split: Annotated[list[Split] | None, Query()] = None,
    label: Annotated[list[_Name] | None, Query(max_length=_MOST_NAMES)] = None,
    person: Annotated[list[_Name] | None, Query(max_length=_MOST_NAMES)] = None,
    since: Moment | None = None,
    until: Moment | None = None,
    undecided: bool = False,
    history: bool = False,
) -> StreamingResponse:
    """The submitted documents in a format: those submitted from `since` on and before `until`, in
    these splits, by these people; of their entities those of these labels. `undecided`: also those
    that nobody has submitted. `history`: with every operation, in jsonl.

    Headers say how many documents the file holds (`Spanneal-Documents`), how many the format could
    not hold (`Spanneal-Refused`), and, by name, what else it could not (`Spanneal-Left-Out`)."""
    caller.reach(project_id)
    if format not in EXPORT_FORMATS:
        raise ApiError(
            422,
            "an unknown format",
            got=format[:100],
            expected=", ".join(EXPORT_FORMATS),
            remedy="jsonl holds everything.",
        )
    selection = Selection(
        splits=tuple(split or ()),
        labels=tuple(label or ()),
        people=tuple(person or ()),
        since=since,
        until=until,
        undecided=undecided,
        history=history,
    )
    out = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed when it was sent
    try:
        report = export(caller.sessions, project_id, format, out, selection)  # type: ignore[arg-type]
    except BaseException:
        out.close()
        raise
    written = FORMATS[format]
    headers = {
        "Content-Disposition": f'attachment; filename="project-{project_id}{written.suffix}"',
        "Spanneal-Documents": str(report.written.documents),
        "Spanneal-Refused": str(len(report.written.refused)),
        "Spanneal-Left-Out": json.dumps(left_out(report)),
    }
    return StreamingResponse(parts(out), headers=headers, media_type=written.content_type)


@router.get("/projects/{project_id}/jobs", tags=["jobs"])
def list_jobs(
    project_id: Id, caller: Calling, limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> list[JobOut]:
    """The project's retraining jobs, the newest first."""
    projects.get(caller.sessions, caller.reach(project_id))
    return [_job(job) for job in jobs_of(caller).every(project_id, limit)]


@router.post("/projects/{project_id}/jobs", status_code=202, tags=["jobs"])
def start(project_id: Id, caller: Calling, wanted: Wanted | None = None) -> Started:
    """Queues a retraining. 409 where there is too little to learn from, or one is under way."""
    caller.reach(project_id)
    settings = RetrainingSettings(**(wanted or Wanted()).model_dump())
    return Started(id=jobs_of(caller).start(project_id, settings))


@router.get("/jobs/{job_id}", tags=["jobs"])
def get(job_id: JobId, caller: Calling) -> JobOut:
    """How a job stands."""
    return _job(_reached(caller, job_id))


@router.get("/jobs/{job_id}/progress", tags=["jobs"])
def progress(job_id: JobId, caller: Calling) -> ProgressOut:
    """Losses and development scores so far: what `metrics.csv` holds."""
    _reached(caller, job_id)
    found = jobs_of(caller).progress(job_id)
    return ProgressOut.model_validate(found, from_attributes=True)


@router.get("/jobs/{job_id}/log", tags=["jobs"])
def journal(
    job_id: JobId,
    caller: Calling,
    after: Annotated[int, Query(ge=0, lt=2**31)] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 1_000,
) -> list[JournalLine]:
    """What the job did and when, the oldest line first: its steps, their ends, the scores of its
    epochs, and why it failed. `after` the first so many lines: those that were read before."""
    _reached(caller, job_id)
    return jobs_of(caller).journal(job_id, after, limit)


@router.post("/jobs/{job_id}/cancel", status_code=202, tags=["jobs"])
def cancel(job_id: JobId, caller: Calling) -> Started:
    """Stops a job that waits or runs."""
    _reached(caller, job_id)
    jobs_of(caller).cancel(job_id)
    return Started(id=job_id)


@router.post("/jobs/{job_id}/retry", status_code=202, tags=["jobs"])
def retry(job_id: JobId, caller: Calling) -> Started:
    """Goes on with a failed or cancelled job where it stopped. 409 for any other."""
    _reached(caller, job_id)
    jobs_of(caller).retry(job_id)
    return Started(id=job_id)


def jobs_of(caller: Caller) -> Jobs:
    return _jobs(caller.settings).on(caller.sessions)


@cache
def _jobs(settings: Settings) -> Jobs:
    return Jobs(settings, database(settings))


def _reached(caller: Caller, job_id: str) -> Job:
    job = jobs_of(caller).get(job_id)
    caller.reach(job.project_id)
    return job


def _job(job: Job) -> JobOut:
    return JobOut.model_validate(job, from_attributes=True)
