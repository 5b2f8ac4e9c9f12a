"""From one machine's SQLite to a PostgreSQL that many machines share, without losing anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.services.model_registry.registry import located, recorded_path
from app.services.operations.unfinished_restore import require_finished
from app.services.retraining.jobs import Jobs
from app.services.retraining.worker_lock import worker_runs
from app.settings import ROOT, Settings
from storage import database_copy
from storage.database_transfer import Content, MoveError, Step, move
from storage.engine import create_engine_from, session_factory, upgrade, writing
from storage.repository import events, model_versions


@dataclass(frozen=True, slots=True)
class Moved:
    """What is in the new database."""

    tables: Mapping[str, Content]
    models: Mapping[str, bool]
    """The folders that model versions name there, and whether each is there now."""
    cancelled: tuple[str, ...] = ()
    """The retraining jobs that were not finished."""


def move_database(
    settings: Settings,
    to: str,
    data: Path | None = None,
    on_step: Callable[[Step], None] = lambda step: None,
    *,
    cancel_jobs: bool = False,
) -> Moved:
    """Copies the SQLite database into the empty PostgreSQL database `to`, all or nothing.

    `data` is the data folder's path where the new page will run, if another: models below the
    present one are recorded below it. `cancel_jobs` cancels jobs that are not finished, once all
    else is moved. Raises `MoveError`; the old database stays as it was.
    """
    _require_ready(settings, to)
    old, new = create_engine_from(settings.database), create_engine_from(to)
    try:
        upgrade(old)
        if not cancel_jobs:
            _require_no_jobs(settings)

        def placed(path: str) -> str:
            return _placed(path, settings.data, data) if data else path

        tables = move(old, new, placed, on_step)
        with writing(session_factory(new)) as session:
            counted = {name: content.rows for name, content in tables.items()}
            events.record(session, settings.person, "move database", detail={"rows": counted})
            folders = [located(version) for version in model_versions.every(session)]
        cancelled = _cancel_jobs(settings) if cancel_jobs else ()
        return Moved(tables, {str(folder): folder.is_dir() for folder in folders}, cancelled)
    finally:
        old.dispose()
        new.dispose()


def _require_ready(settings: Settings, to: str) -> None:
    require_finished(settings)
    if database_copy.kind(settings.database) != "sqlite":
        raise MoveError("SPANNEAL_DATABASE is PostgreSQL already; there is nothing to move")
    if database_copy.kind(to) != "postgresql":
        raise MoveError("--to takes a PostgreSQL URL: postgresql+psycopg://USER@HOST/DATABASE")
    if not database_copy.occupied(settings.database):
        raise MoveError(f"there is no database in {settings.data}; is SPANNEAL_DATA right?")
    if worker_runs(settings.data) or database_copy.in_use(settings.database):
        raise MoveError(
            f"a page or a worker is using {settings.data}; stop it, so that nothing more is saved "
            "to the old database, and try again"
        )


def _require_no_jobs(settings: Settings) -> None:
    """Jobs stay in their own database, so that none may be under way."""
    with _opened_jobs(settings) as jobs:
        unfinished = jobs.unfinished() if jobs else ()
    if unfinished:
        listed = ", ".join(f"{job.id} ({job.state})" for job in unfinished)
        raise MoveError(
            f"retraining jobs are not finished, and jobs are not moved: {listed}; start a worker "
            "and let them finish, or cancel them: on the Train page, or with --cancel-jobs"
        )


def _cancel_jobs(settings: Settings) -> tuple[str, ...]:
    """Cancels what no worker is at: none runs here, see `_require_ready`."""
    with _opened_jobs(settings) as jobs:
        if jobs is None:
            return ()
        unfinished = tuple(job.id for job in jobs.unfinished())
        for job_id in unfinished:
            jobs.cancel(job_id)
        return unfinished


@contextmanager
def _opened_jobs(settings: Settings) -> Iterator[Jobs | None]:
    """None where there are none, or where other machines share them."""
    if database_copy.kind(settings.jobs) != "sqlite" or not database_copy.occupied(settings.jobs):
        yield None
        return
    engine = create_engine_from(settings.database)
    jobs = Jobs(settings, session_factory(engine))
    try:
        yield jobs
    finally:
        jobs.close()
        engine.dispose()


def _placed(path: str, old: Path, new: Path) -> str:
    folder = ROOT / path
    return (
        str(new / folder.relative_to(old)) if folder.is_relative_to(old) else recorded_path(folder)
    )
