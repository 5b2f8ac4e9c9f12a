"""A process as an executor of DBOS: how it is set up, and how one that died is recovered.

DBOS recovers an executor's jobs when the program starts again under the executor's id. That is what
`recover` does for a dead worker, in a process of its own, which takes up no job and ends.
"""

from __future__ import annotations

import signal
import time
from multiprocessing import get_context

from app import logs
from app.services.retraining.dbos_json import DBOS, SERIALIZER
from app.services.retraining.jobs import APPLICATION, APPLICATION_VERSION, WORKFLOW
from app.settings import Settings

PATIENCE = 60
"""Seconds that a recovery may take, most of which go into starting a process."""
_TICK = 0.05


class RecoveryError(RuntimeError):
    """What a dead worker was at is still its own."""


def configure(settings: Settings, name: str | None = None) -> None:
    """Makes this process an executor; without a name it is the only one of its database."""
    DBOS(
        config={
            "name": APPLICATION,
            "system_database_url": settings.jobs,
            "application_version": APPLICATION_VERSION,
            "serializer": SERIALIZER,
            "log_level": "WARNING",
            **({"executor_id": name} if name else {}),
        }
    )
    logs.configure(settings.log)


def recover(settings: Settings, name: str) -> None:
    """Puts the jobs of a dead worker back into their queue, from which any living one takes them.

    DBOS goes on counting how many workers died over each. To repeat it changes nothing. Raises
    `RecoveryError` if it failed.
    """
    restarted = get_context("spawn").Process(target=_restart, args=(settings, name), daemon=True)
    restarted.start()
    restarted.join()
    if restarted.exitcode != 0:
        raise RecoveryError(
            f"the jobs of the dead worker {name} are not back in the queue: the process that "
            f"recovers them ended with {restarted.exitcode}; it is started again, and its log "
            "says what is wrong"
        )


def _restart(settings: Settings, name: str) -> None:
    signal.alarm(PATIENCE)  # ends this process, whatever it waits for, and whoever started it
    configure(settings, name)
    DBOS.listen_queues([])
    DBOS.launch()
    while DBOS.list_workflows(status="PENDING", name=WORKFLOW, executor_id=name):
        time.sleep(_TICK)
    DBOS.destroy()
