"""Tells webhooks of retrainings that ended, however they did.

Jobs are kept in a database of their own, and one whose workers died has nobody left to tell of it.
So the jobs' own record is read: what ended lately is written as messages, each once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from app.services.retraining.jobs import Job
from storage.columns import now
from storage.engine import Sessions, writing
from storage.enums import WebhookEvent
from storage.repository import webhooks

EVERY = 2.0
"""Seconds between two looks."""
LATELY = timedelta(days=1)
"""Jobs end only while a worker is at work, which looks at them at once."""
LOG = logging.getLogger(__name__)


class EndedJobs(Protocol):
    """What of `app.services.retraining.jobs.Jobs` is needed."""

    def ended_since(self, at: datetime) -> Sequence[Job]: ...


class JobEvents:
    """Follows the jobs, on sessions that act for nobody."""

    def __init__(self, sessions: Sessions, jobs: EndedJobs) -> None:
        self._sessions, self._jobs = sessions, jobs
        self._written: frozenset[tuple[str, datetime | None]] = frozenset()

    def run(self, stop: threading.Event) -> None:
        """Looks until told to stop; a database that goes away is waited for."""
        while not stop.wait(EVERY):
            try:
                self.step()
            except Exception:
                LOG.exception("could not tell webhooks of ended jobs; it will be tried again")

    def step(self) -> None:
        """Writes the messages about jobs that ended since the last look."""
        with self._sessions() as session:
            wanted = webhooks.subscribed(session, "job.finished") or webhooks.subscribed(
                session, "job.failed"
            )
        if not wanted:
            return
        ended = {(job.id, job.finished_at): job for job in self._jobs.ended_since(now() - LATELY)}
        if new := [job for key, job in ended.items() if key not in self._written]:
            with writing(self._sessions) as session:
                for job in new:
                    _write(session, job)
        self._written = frozenset(ended)


def _write(session: Session, job: Job) -> None:
    """Webhooks that were made after the job ended are not told of it."""
    event: WebhookEvent = "job.finished" if job.state == "done" else "job.failed"
    at = job.finished_at
    if at is None:
        return
    subscribers = webhooks.subscribed(session, event, job.project_id)
    before = [webhook for webhook in subscribers if webhook.created_at <= at]
    data = {"job_id": job.id, "version_id": job.version_id, "reason": job.reason}
    webhooks.enqueue(session, before, event, f"{job.id}:{at.isoformat()}", data)
