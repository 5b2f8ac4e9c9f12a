"""Take over the jobs of a worker that died: they go back to the queue."""

from __future__ import annotations

import logging
import os
import threading

from sqlalchemy.exc import SQLAlchemyError

from app.services.retraining.dbos_json import DBOS
from app.services.retraining.executor import recover
from app.services.retraining.jobs import WORKFLOW
from app.services.retraining.worker_heartbeat import WorkerHeartbeat
from app.settings import Settings

LOG = logging.getLogger(__name__)
EVERY = 2.0
"""Seconds between two looks."""


def succeed(settings: Settings, presence: WorkerHeartbeat, stop: threading.Event) -> None:
    """Until told to stop, takes over from the dead. Ends the process where its own place among the
    workers is lost, since others then count it as dead and do its work again."""
    while not stop.wait(EVERY):
        try:
            presence.check()
        except SQLAlchemyError:
            LOG.exception("the worker lost its database connection; it exits to be restarted")
            os._exit(1)
        try:
            _take_over(settings, presence)
        except Exception:
            LOG.exception("could not look for dead workers' jobs; will try again")


def _take_over(settings: Settings, presence: WorkerHeartbeat) -> None:
    running = DBOS.list_workflows(status="PENDING", name=WORKFLOW)
    for name in {job.executor_id for job in running if job.executor_id} - {presence.name}:
        with presence.heir_of(name) as heir:
            if heir:
                LOG.warning("worker %s died during a job; resuming it here", name)
                recover(settings, name)
