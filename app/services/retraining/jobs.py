"""Retraining jobs as the page and the command line see them: start, watch, cancel, try again.

A job is a DBOS workflow in its own database; `app.worker.workflow` carries it out in another
process. Its files lie in `<data>/jobs/<id>`.
"""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path
from secrets import token_hex
from typing import Any, Literal, get_args

from app.services.retraining import job_journal
from app.services.retraining.dbos_json import (
    DBOS,
    SERIALIZER,
    DBOSClient,
    WorkflowStatus,
    error,
)
from app.services.retraining.job_journal import JournalLine
from app.services.retraining.job_log import TrainingProgress, read_progress
from app.services.retraining.jobs_database import JobsDatabaseError, explained, require_json
from app.services.retraining.training_data import (
    RetrainingError,
    RetrainingSettings,
    active_parent,
    collect,
)
from app.services.retraining.worker_heartbeat import shared, workers
from app.services.retraining.worker_lock import worker_runs
from app.services.team.permissions import allowed, require
from app.settings import Settings
from storage.engine import Sessions, create_engine_from

APPLICATION, QUEUE, WORKFLOW = "spanneal", "retraining", "retrain"
APPLICATION_VERSION = "1"
"""One for all, so that a job outlives an update of the program."""
WORKER_LIVES = 3
"""How many workers may die over one job before it counts as failed."""

JobState = Literal["queued", "running", "done", "failed", "cancelled"]
JobStep = Literal["snapshot", "train", "evaluate", "register"]
STEPS: tuple[JobStep, ...] = get_args(JobStep)

READ_AT_ONCE = 200
"""Jobs that are read together, until enough of a project's are found."""
_ID = re.compile(r"[\w-]+")

_STATES: dict[str, JobState] = {
    "ENQUEUED": "queued",
    "DELAYED": "queued",
    "PENDING": "running",
    "SUCCESS": "done",
    "ERROR": "failed",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "failed",
    "CANCELLED": "cancelled",
}


@dataclass(frozen=True, slots=True)
class Job:
    """A retraining job."""

    id: str
    project_id: int
    state: JobState
    step: JobStep | None
    """What it is at, or where it stopped; None before the first step and after the last."""
    reason: str | None
    """Why it failed, and what to do about it."""
    version_id: int | None
    """The proposed model version, once it is done."""
    settings: RetrainingSettings
    created_at: datetime
    finished_at: datetime | None

    @property
    def active(self) -> bool:
        """Whether it waits or runs, and can be cancelled; if not, it may be tried again."""
        return self.state in ("queued", "running")


class Jobs:
    """Every job of one installation. Safe to share between threads; cheap to read."""

    def __init__(self, settings: Settings, sessions: Sessions) -> None:
        """Raises `JobsDatabaseError` for a database with rows that this program does not write."""
        prepare_database(settings.jobs)
        self._settings = settings
        self._sessions = sessions
        self._client = DBOSClient(
            system_database_url=settings.jobs,
            serializer=SERIALIZER,
            application_name=APPLICATION,
        )

    def on(self, sessions: Sessions) -> Jobs:
        """The same jobs as other sessions may see and change them."""
        same = copy.copy(self)
        same._sessions = sessions
        return same

    def start(self, project_id: int, settings: RetrainingSettings | None = None) -> str:
        """Queues a retraining on the project's submitted documents; returns the job's id.

        Raises `RetrainingError` if there is too little to learn from, no active model, or a
        job of this project that is not finished.
        """
        chosen = settings or RetrainingSettings()
        with self._sessions() as session:
            require(session, project_id, "review")
        collect(self._sessions, project_id)
        active_parent(self._sessions)
        job_id = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{token_hex(3)}"
        unfinished = [job.id for job in self.every(project_id) if job.active]
        if unfinished:
            raise RetrainingError(_under_way(unfinished[0]))
        try:
            self._client.enqueue(
                {
                    "workflow_name": WORKFLOW,
                    "queue_name": QUEUE,
                    "workflow_id": job_id,
                    "app_version": APPLICATION_VERSION,
                    "deduplication_id": f"project-{project_id}",
                },
                project_id,
                chosen.to_json(),
            )
        except error.DBOSQueueDeduplicatedError:
            raise RetrainingError(_under_way("of another page")) from None
        return job_id

    def get(self, job_id: str) -> Job:
        """Raises `LookupError` if there is no such job."""
        found = self._client.list_workflows(workflow_ids=[job_id], name=WORKFLOW)
        if not found:
            raise LookupError(f"there is no retraining job {job_id!r}; the Train page lists them")
        job = self._job(found[0])
        with self._sessions() as session:
            require(session, job.project_id, "review")
        return job

    def every(self, project_id: int | None = None, limit: int = 50) -> tuple[Job, ...]:
        """The newest jobs first, of one project or of all, as many as may be seen of them."""
        with self._sessions() as session:
            wanted = (
                status
                for status in self._newest()
                if project_id in (None, of := _arguments(status)[0])
                and allowed(session, of, "review")
            )
            return tuple(self._job(status) for status in islice(wanted, limit))

    def _newest(self) -> Iterator[WorkflowStatus]:
        """The jobs of all projects, each once, though others may be queued meanwhile; the jobs'
        database knows no project to ask for."""
        known: set[str] = set()
        for first in count(step=READ_AT_ONCE):
            found = self._client.list_workflows(
                name=WORKFLOW, sort_desc=True, limit=READ_AT_ONCE, offset=first
            )
            yield from (status for status in found if status.workflow_id not in known)
            known.update(status.workflow_id for status in found)
            if len(found) < READ_AT_ONCE:
                return

    def unfinished(self) -> tuple[Job, ...]:
        """The jobs of all projects that wait or run."""
        return self._in_states("queued", "running")

    def ended_since(self, at: datetime) -> tuple[Job, ...]:
        """The jobs of all projects that were done or failed from `at` on."""
        return self._in_states("done", "failed", completed_after=at.isoformat())

    def _in_states(self, *states: JobState, completed_after: str | None = None) -> tuple[Job, ...]:
        found = self._client.list_workflows(
            name=WORKFLOW,
            status=[status for status, state in _STATES.items() if state in states],
            completed_after=completed_after,
        )
        with self._sessions() as session:
            jobs = map(self._job, found)
            return tuple(job for job in jobs if allowed(session, job.project_id, "review"))

    def progress(self, job_id: str) -> TrainingProgress:
        """Steps, losses, rates and development scores; empty before training begins."""
        data, job = self._settings.data, self.get(job_id)
        return read_progress(training_folder(data, job.id), job_folder(data, job.id))

    def journal(self, job_id: str, after: int = 0, limit: int = 1_000) -> list[JournalLine]:
        """What the job did and when, without the first `after` lines; see `job_journal`."""
        return job_journal.read(job_folder(self._settings.data, self.get(job_id).id), after, limit)

    def cancel(self, job_id: str) -> None:
        """Stops a job within seconds. What it learnt is kept for `retry`."""
        if self.get(job_id).active:
            self._client.cancel_workflow(job_id)

    def retry(self, job_id: str) -> None:
        """Goes on with a failed or cancelled job where it stopped, on the same snapshot."""
        job = self.get(job_id)
        if job.state not in ("failed", "cancelled"):
            raise RetrainingError(
                f"job {job_id} is {job.state}; only a failed or cancelled one can be tried again"
            )
        self._client.rewind_workflow(
            job_id,
            start_step=self._steps_done(job_id) + 1,
            application_version=APPLICATION_VERSION,
            queue_name=QUEUE,
        )

    def states(self) -> dict[JobState, int]:
        """How many jobs of all projects are in each state; every state is a key."""
        counts = dict.fromkeys(get_args(JobState), 0)
        found = self._client.list_workflows(name=WORKFLOW, load_input=False, load_output=False)
        for status in found:
            counts[_STATES[status.status]] += 1
        return counts

    def worker_running(self) -> bool:
        """Whether a worker is at work; without one, jobs wait."""
        if shared(self._settings):
            return workers(self._settings) > 0
        return worker_runs(self._settings.data)

    def close(self) -> None:
        self._client.destroy()

    def _job(self, status: WorkflowStatus) -> Job:
        project_id, settings = _arguments(status)
        state = _STATES[status.status]
        output = status.output if isinstance(status.output, dict) else {}
        return Job(
            id=status.workflow_id,
            project_id=project_id,
            state=state,
            step=None if state in ("queued", "done") else self._step(status.workflow_id),
            reason=_reason(status) if state == "failed" else None,
            version_id=output.get("version_id"),
            settings=settings,
            created_at=_time(status.created_at) or datetime.now(UTC),
            finished_at=_time(status.completed_at),
        )

    def _step(self, job_id: str) -> JobStep:
        return STEPS[min(self._steps_done(job_id), len(STEPS) - 1)]

    def _steps_done(self, job_id: str) -> int:
        steps = self._client.list_workflow_steps(job_id)
        return sum(step["error"] is None for step in steps)


def job_folder(data: Path, job_id: str) -> Path:
    """Raises `RetrainingError` for an id that would lead elsewhere."""
    if not _ID.fullmatch(job_id):
        raise RetrainingError(f"{job_id!r} is not a job's id; the Train page lists the jobs")
    return data / "jobs" / job_id


def training_folder(data: Path, job_id: str) -> Path:
    """Where a job's model and `metrics.csv` are: in the job until its version is registered."""
    trains = job_folder(data, job_id) / "model"
    final = model_folder(data, job_id)
    return final if final.is_dir() else trains


def model_folder(data: Path, job_id: str) -> Path:
    """Where a job's model version is, once it is registered."""
    return data / "models" / job_id


def prepare_database(url: str) -> None:
    """Creates DBOS's tables, or brings them up to date. May be called at any time.

    Raises `JobsDatabaseError` for one that cannot be used, or for rows that this program does not
    write.
    """
    logging.getLogger("dbos").setLevel(logging.WARNING)
    engine = create_engine_from(url)
    with explained(url):
        with engine.connect():
            pass  # for SQLite this makes the folder and turns on WAL, which stays with the file
        engine.dispose()
        DBOS.migrate(url)
    require_json(url)


def _arguments(status: WorkflowStatus) -> tuple[int, RetrainingSettings]:
    """The project and the settings that a job was queued with."""
    try:
        given: Mapping[str, Any] = status.input or {}
        project_id, settings = given["args"]
        return int(project_id), RetrainingSettings.from_json(settings)
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise JobsDatabaseError(
            f"the job {status.workflow_id} cannot be read from the jobs' database "
            f"({type(problem).__name__}): its arguments are not a project and settings in JSON, as "
            "this program records them; restore a backup that you trust, or move the jobs' "
            "database aside"
        ) from None


def _under_way(job: str) -> str:
    return (
        f"a retraining of this project is already running (job {job}); wait for it or cancel it "
        "first"
    )


def _reason(status: WorkflowStatus) -> str:
    if status.status == "MAX_RECOVERY_ATTEMPTS_EXCEEDED":
        return (
            f"the worker died {WORKER_LIVES} times during this job, most likely for lack of "
            "memory; close other programs or use a smaller batch, then try again: it resumes "
            "from its last checkpoint"
        )
    return str(getattr(status.error, "message", None) or status.error or "no reason was recorded")


def _time(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
