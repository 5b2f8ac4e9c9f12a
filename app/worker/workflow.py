"""The worker: carries out retraining jobs, one at a time, as durable DBOS workflows, between them
pre-annotates in bulk, and sends webhooks.

Each step leaves its result in the jobs' database and its files in the job's folder. A worker
that is killed at any moment is followed by one that repeats only the step it was in, and
training goes on from its checkpoint.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

from app import logs
from app.server_paths import without_paths
from app.services.model_registry import card as model_card
from app.services.model_registry.registry import WEIGHTS, ModelRegistry
from app.services.operations.unfinished_restore import require_finished, require_in_place
from app.services.retraining import executor, job_journal
from app.services.retraining.auto_retrain import AutoRetrain
from app.services.retraining.dbos_json import DBOS
from app.services.retraining.failover import succeed
from app.services.retraining.job_lock import step_lock
from app.services.retraining.jobs import (
    QUEUE,
    WORKER_LIVES,
    WORKFLOW,
    Jobs,
    JobStep,
    job_folder,
    model_folder,
    prepare_database,
    training_folder,
)
from app.services.retraining.preannotation_worker import PreannotationWorker
from app.services.retraining.training_data import (
    RetrainingError,
    RetrainingSettings,
    Snapshot,
    take_snapshot,
    write_json,
)
from app.services.retraining.worker_heartbeat import WorkerHeartbeat, present, shared
from app.services.retraining.worker_lock import only_worker
from app.services.webhooks.delivery import WebhookDeliveries
from app.services.webhooks.job_events import JobEvents
from app.settings import Settings
from app.worker.reasons import Reasons
from core.training.records import Evaluated, Resumed, TrainingRecord
from storage.engine import Sessions, create_engine_from, session_factory, upgrade

NICENESS = 10
"""Training gives way to the page on a machine with few cores."""
_training, _ended = threading.Lock(), threading.Event()
_log = logging.getLogger(__name__)


def run(settings: Settings) -> None:
    """Works until it is told to stop (SIGTERM, SIGINT). Raises `WorkerRuns` if one does.

    The environment must say the same as `settings`: the steps read it anew.
    """
    require_finished(settings)
    require_in_place(settings.database)
    require_in_place(settings.jobs)
    os.nice(NICENESS)
    with _place(settings) as presence:
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # do not spin where others want to work
        prepare_database(settings.jobs)
        engine = create_engine_from(settings.database)
        upgrade(engine)
        engine.dispose()
        executor.configure(settings, presence.name if presence else None)
        DBOS.logger.addFilter(Reasons())
        DBOS.launch()
        DBOS.register_queue(
            QUEUE, worker_concurrency=1, on_conflict="always_update", polling_interval_sec=0.5
        )
        _begin(
            PreannotationWorker(_sessions(), presence.name if presence else "worker", _training).run
        )
        jobs = Jobs(settings, _sessions())
        _begin(AutoRetrain(_sessions(), jobs).run)
        _begin(JobEvents(_sessions(), jobs).run)
        _begin(WebhookDeliveries(_sessions(), settings.webhooks == "private").run)
        if presence:
            _begin(partial(succeed, settings, presence))
        logs.announce("The worker is ready.")
        _wait_for_a_signal()
        os._exit(0)  # a step in its middle is repeated by the next worker; no need to wait for it


@contextmanager
def _place(settings: Settings) -> Iterator[WorkerHeartbeat | None]:
    """The one worker of a data folder; or, where all is in PostgreSQL, one of many."""
    if shared(settings):
        with present(settings) as presence:
            yield presence
    else:
        with only_worker(settings.data):
            yield None


def _begin(loop: Callable[[threading.Event], None]) -> None:
    threading.Thread(target=loop, args=(_ended,), daemon=True).start()


@DBOS.workflow(name=WORKFLOW, max_recovery_attempts=WORKER_LIVES)
def retrain(project_id: int, settings: dict[str, Any]) -> dict[str, Any]:
    """From corrected documents to a proposed model version."""
    job_id = str(DBOS.workflow_id)
    snapshot = snapshot_step(job_id, project_id)
    train_step(job_id, snapshot, settings)
    scores = evaluate_step(job_id, snapshot, settings)
    return register_step(job_id, snapshot, settings, scores)


@DBOS.step(name="snapshot")
def snapshot_step(job_id: str, project_id: int) -> dict[str, Any]:
    with _explained(job_id, "snapshot"):
        snapshot = take_snapshot(_sessions(), project_id, _folder(job_id))
        _write(
            job_id,
            "snapshot",
            f"{snapshot.train} documents to learn, {snapshot.dev} to choose by, {snapshot.holdout} "
            f"to measure on; from model version {snapshot.parent_id}",
        )
        return snapshot.to_json()


@DBOS.step(name="train")
def train_step(job_id: str, snapshot: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    """Trains into the job's folder; asked again once it is done, it does nothing."""
    with _explained(job_id, "train"):
        _train(job_id, snapshot, settings)
        return {}


@DBOS.step(name="evaluate")
def evaluate_step(
    job_id: str, snapshot: dict[str, Any], settings: dict[str, Any]
) -> dict[str, Any]:
    """Scores of the old and the new model; none without held-out documents. A model that is gone,
    as backups of earlier versions left it out, is trained again."""
    with _explained(job_id, "evaluate"):
        from app.services.retraining.fine_tuning import compare

        _train(job_id, snapshot, settings)
        frozen = Snapshot.from_json(snapshot)
        if not frozen.holdout:
            return {}
        return compare(_folder(job_id), frozen, _training_folder(job_id))


def _train(job_id: str, snapshot: dict[str, Any], settings: dict[str, Any]) -> None:
    """Trains the job's model, unless it is there and finished."""
    from app.services.retraining.fine_tuning import learn

    folder = _folder(job_id)
    done, out = folder / "trained.json", folder / "model"
    if done.is_file() and (_training_folder(job_id) / WEIGHTS).is_file():
        return
    frozen, chosen = Snapshot.from_json(snapshot), RetrainingSettings.from_json(settings)
    began = _taken_at(job_id)
    with _training:
        for record in learn(folder, frozen, chosen, out):
            if message := _told(record):
                _write(job_id, "train", message)
            if began is None or _taken_at(job_id) != began:
                raise RetrainingError("cancelled; try again to resume from the last checkpoint")
    write_json(done, {})


@DBOS.step(name="register")
def register_step(
    job_id: str, snapshot: dict[str, Any], settings: dict[str, Any], scores: dict[str, Any]
) -> dict[str, Any]:
    """Moves the model to its place and proposes it; nobody is served by it yet."""
    with _explained(job_id, "register"):
        from core.inference.instant.scaling import measure_folder
        from core.modeling.model import DiffusionNER

        frozen = Snapshot.from_json(snapshot)
        final, trained = model_folder(_settings().data, job_id), _training_folder(job_id)
        if trained != final:
            measure_folder(trained, DiffusionNER.load(trained, "auto"))
            (trained / model_card.NAME).write_text(
                model_card.card(job_id, frozen, settings, scores), encoding="utf-8"
            )
            final.parent.mkdir(parents=True, exist_ok=True)
            trained.rename(final)
        version = ModelRegistry(_sessions()).propose(
            final,
            parent_id=frozen.parent_id,
            metrics={"holdout": scores} if scores else {},
            data_hash=frozen.data_hash,
            settings={"job": job_id, "training": settings, "snapshot": snapshot},
        )
        _write(job_id, "register", f"proposed model version {version.id}")
        return {"version_id": version.id}


def _training_folder(job_id: str) -> Path:
    return training_folder(_settings().data, job_id)


def _taken_at(job_id: str) -> int | None:
    """When a worker last took the job from the queue, which differs once it is tried again; None
    where it is cancelled."""
    status = DBOS.get_workflow_status(job_id)
    return (status.dequeued_at or 0) if status and status.status == "PENDING" else None


@contextmanager
def _explained(job_id: str, step: JobStep) -> Iterator[None]:
    """Turns whatever goes wrong into a reason that says what to do; the job's journal has it. The
    step first waits for one that the job was cancelled in and that goes on."""
    _write(job_id, step, "begins")
    try:
        with step_lock(_folder(job_id)):
            yield
    except RetrainingError as reason:
        _write(job_id, step, str(reason), "error")
        raise
    except Exception as error:
        _log.exception("a retraining step failed")
        explained = _explain(error)
        _write(job_id, step, explained, "error")
        raise RetrainingError(explained) from error
    _write(job_id, step, "done")


def _write(job_id: str, step: JobStep, message: str, level: job_journal.Level = "info") -> None:
    job_journal.write(_folder(job_id), step, message, level)


def _told(record: TrainingRecord) -> str | None:
    """What a record adds to the journal; a report of losses, which `metrics.csv` has, nothing."""
    match record:
        case Resumed():
            return f"continues after step {record.step} of {record.total_steps}"
        case Evaluated():
            f1 = record.scores.f1
            score = "undefined" if f1 is None else f"{100 * f1:.1f}"
            saved = ", the best so far: saved" if record.best else ""
            return f"epoch {record.epoch}: development F1 {score}{saved}"
    return None


def _explain(error: Exception) -> str:
    again = "then try again: it resumes from its last checkpoint"
    text = without_paths(str(error))
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        free = shutil.disk_usage(_settings().data).free // 2**20
        return f"the disk is full ({free} MB left); free some space, {again}"
    if isinstance(error, MemoryError) or "not enough memory" in text or "out of memory" in text:
        return f"memory ran out; close other programs or use a smaller batch, {again}"
    return f"{type(error).__name__}: {text}; fix the cause (see the worker's log), {again}"


@cache
def _settings() -> Settings:
    return Settings.from_environment()


@cache
def _sessions() -> Sessions:
    return session_factory(create_engine_from(_settings().database))


def _folder(job_id: str) -> Path:
    return job_folder(_settings().data, job_id)


def _wait_for_a_signal() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _ended.set())
    while not _ended.wait(3600):
        pass
