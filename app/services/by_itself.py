"""Retraining that starts by itself, once enough was submitted since the last one began."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from app.services.jobs import Job
from app.services.permissions import require
from app.services.retraining import RetrainingError
from storage.engine import Sessions, writing
from storage.repository import projects, statistics

EVERY = 60.0
"""Seconds between two looks."""
LEAST, MOST = 5, 100_000
_LOOKED_BACK = 500
"""Jobs of all projects among which a project's last one is looked for."""
LOG = logging.getLogger(__name__)


class Queue(Protocol):
    """What of `app.services.jobs.Jobs` is needed."""

    def every(self, project_id: int | None = None, limit: int = 50) -> Sequence[Job]: ...

    def start(self, project_id: int) -> str: ...


def set_after(sessions: Sessions, project_id: int, number: int | None) -> None:
    """After how many submitted documents the project retrains by itself; None: never.

    Raises `ValueError` for a number outside 5 to 100 000.
    """
    if number is not None and not LEAST <= number <= MOST:
        raise ValueError(
            f"a retraining by itself waits for {LEAST} to {MOST} submitted documents, got {number}"
        )
    with writing(sessions) as session:
        require(session, project_id, "review")
        projects.get(session, project_id).retrain_after = number


class ByItself:
    """Starts what is due; the machine's own, on sessions that act for nobody."""

    def __init__(self, sessions: Sessions, queue: Queue) -> None:
        self._sessions = sessions
        self._queue = queue

    def run(self, stop: threading.Event) -> None:
        """Looks until told to stop; a database that goes away is waited for."""
        while not stop.wait(EVERY):
            try:
                self.step()
            except Exception:
                LOG.exception("no retraining could be started by itself; the next look may")

    def step(self) -> list[str]:
        """Starts every retraining that is due; returns the jobs."""
        with self._sessions() as session:
            wished = [(p.id, p.retrain_after) for p in projects.every(session) if p.retrain_after]
        started = []
        for project_id, number in wished:
            if self._due(project_id, number or 0):
                try:
                    started.append(self._queue.start(project_id))
                except RetrainingError as error:  # too little to learn from, or one began just now
                    LOG.info("project %d does not retrain by itself yet: %s", project_id, error)
        return started

    def _due(self, project_id: int, number: int) -> bool:
        """A job counts from when it was asked for, however it ended: what fails is not begun
        again and again."""
        jobs = self._queue.every(project_id, _LOOKED_BACK)
        if any(job.active for job in jobs):
            return False
        since: datetime | None = max((job.created_at for job in jobs), default=None)
        with self._sessions() as session:
            return statistics.submitted_since(session, project_id, since) >= number
