"""From one machine's SQLite to a PostgreSQL that many machines share, without losing anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


def move_database(
    settings: Settings,
    to: str,
    data: Path | None = None,
    on_step: Callable[[Step], None] = lambda step: None,
) -> Moved:
    """Copies the SQLite database into the empty PostgreSQL database `to`, all or nothing.

    `data` is the data folder's path where the new page will run, if another: models below the
    present one are recorded below it. Raises `MoveError`; the old database stays as it was.
    """
    _require_ready(settings, to)
    old, new = create_engine_from(settings.database), create_engine_from(to)
    try:
        upgrade(old)
        _require_no_jobs(settings)

        def placed(path: str) -> str:
            return _placed(path, settings.data, data) if data else path

        tables = move(old, new, placed, on_step)
        with writing(session_factory(new)) as session:
            counted = {name: content.rows for name, content in tables.items()}
            events.record(session, settings.person, "move database", detail={"rows": counted})
            folders = [located(version) for version in model_versions.every(session)]
        return Moved(tables, {str(folder): folder.is_dir() for folder in folders})
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
    if database_copy.kind(settings.jobs) != "sqlite" or not database_copy.occupied(settings.jobs):
        return
    engine = create_engine_from(settings.database)
    jobs = Jobs(settings, session_factory(engine))
    try:
        active = [job.id for job in jobs.every() if job.active]
    finally:
        jobs.close()
        engine.dispose()
    if active:
        raise MoveError(
            f"the retraining job {active[0]} is not finished; start a worker and let it finish, or "
            "cancel it on the Train page, and try again"
        )


def _placed(path: str, old: Path, new: Path) -> str:
    folder = ROOT / path
    return (
        str(new / folder.relative_to(old)) if folder.is_relative_to(old) else recorded_path(folder)
    )
