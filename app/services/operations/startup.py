"""What must be there before the page, the worker or a command can work."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from app.services.model_registry.registry import ModelFolderError, ModelRegistry, VersionView
from app.services.operations.samples import seed_sample_project
from app.services.operations.scratch import IMPORT, remove_leftovers
from app.services.operations.unfinished_restore import require_finished, require_in_place
from app.settings import ROOT, Settings
from storage.engine import Sessions, create_engine_from, session_factory, upgrade

SAMPLES = ROOT / "assets" / "samples"


@dataclass(frozen=True, slots=True)
class Started:
    sessions: Sessions
    model: VersionView | None
    """The active model version."""
    warning: str | None
    """Why there is none: documents can be annotated all the same, without suggestions."""


def open_database(settings: Settings) -> Sessions:
    """The database with its newest tables. May be called by any number of processes.

    Raises `UnfinishedRestoreError` rather than begin a new database where a restore was killed.
    """
    require_finished(settings)
    require_in_place(settings.database)
    settings.data.mkdir(parents=True, exist_ok=True)
    engine = create_engine_from(settings.database)
    upgrade(engine)
    return session_factory(engine)


def check_database(sessions: Sessions) -> None:
    """Raises `storage.database_errors.StorageError` where the database does not respond."""
    with sessions() as session:
        session.execute(text("SELECT 1"))


def prepare(settings: Settings) -> Started:
    """Opens the database, seeds the sample project, and registers the bundled model.

    Each only where it is not there yet. A missing or outdated model is a warning, not an error.
    """
    sessions = open_database(settings)
    remove_leftovers(settings.data)
    remove_leftovers(settings.data / "models", IMPORT)
    seed_sample_project(sessions, SAMPLES)
    try:
        registry = ModelRegistry(sessions)
        registry.ensure_bundled(settings.model)
        registry.follow_update(settings.model)
        return Started(sessions, registry.active(), None)
    except ModelFolderError as error:
        return Started(sessions, None, f"no model makes suggestions: {error}")
