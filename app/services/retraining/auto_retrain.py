"""Retraining that starts by itself, once enough was submitted since the last one began."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from app.services.retraining.jobs import Job
from app.services.retraining.training_data import RetrainingError
from storage.columns import now
from storage.engine import Sessions
from storage.models import Project
from storage.repository import model_versions, projects, statistics

EVERY = 60.0
"""Seconds between two looks."""
LEAST, MOST = 5, 100_000
LOG = logging.getLogger(__name__)
_State = tuple[tuple[int, datetime | None], int | None]
"""How many documents of a project are answered, and since when; and the active model version."""


class Queue(Protocol):
    """What of `app.services.retraining.jobs.Jobs` is needed."""

    def every(self, project_id: int | None = None, limit: int = 50) -> Sequence[Job]: ...

    def start(self, project_id: int) -> str: ...


def set_after(project: Project, number: int | None) -> None:
    """After how many submitted documents the project retrains by itself; None: never.

    Raises `ValueError` for a number outside 5 to 100 000.
    """
    if number is not None and not LEAST <= number <= MOST:
        raise ValueError(
            f"automatic retraining takes {LEAST} to {MOST} submitted documents, got {number}"
        )
    project.retrain_after = number


class AutoRetrain:
    """Starts the retrainings that are due, on sessions that act for nobody.

    A retraining that could not start is tried again once another answer was submitted, or another
    model is active.
    """

    def __init__(self, sessions: Sessions, queue: Queue) -> None:
        self._sessions = sessions
        self._queue = queue
        self._refused: dict[int, _State] = {}

    def run(self, stop: threading.Event) -> None:
        """Looks until told to stop; a database that goes away is waited for."""
        while not stop.wait(EVERY):
            try:
                self.step()
            except Exception:
                LOG.exception("automatic retraining could not start; it will be tried again")

    def step(self) -> list[str]:
        """Starts every retraining that is due; returns the jobs."""
        with self._sessions() as session:
            enabled = [(p.id, p.retrain_after) for p in projects.every(session) if p.retrain_after]
        due = [project_id for project_id, number in enabled if self._due(project_id, number or 0)]
        return [job for project_id in due if (job := self._started(project_id)) is not None]

    def _started(self, project_id: int) -> str | None:
        """The job; None where it is refused: too little to learn from, or one began just now."""
        with self._sessions() as session:
            active = model_versions.active(session)
            state = statistics.answered(session, project_id), active.id if active else None
        if self._refused.get(project_id) == state:
            return None
        try:
            job = self._queue.start(project_id)
        except RetrainingError as error:
            self._refused[project_id] = state
            LOG.warning("project %d cannot retrain automatically yet: %s", project_id, error)
            return None
        self._refused.pop(project_id, None)
        return job

    def _due(self, project_id: int, number: int) -> bool:
        """A job counts from when it was asked for, however it ended: what fails is not begun
        again and again. One of the future, from a clock that was ahead, does not count."""
        jobs = self._queue.every(project_id)
        if any(job.active for job in jobs):
            return False
        begun = [job.created_at for job in jobs if job.created_at <= now()]
        since: datetime | None = max(begun, default=None)
        with self._sessions() as session:
            return statistics.submitted_since(session, project_id, since) >= number
