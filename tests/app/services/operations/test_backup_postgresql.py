"""Backups of a team's installation: documents and jobs in PostgreSQL, in one database or two."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from app.services.operations.backup import back_up
from app.services.operations.restore import restore
from app.services.operations.startup import open_database
from app.services.retraining.jobs import APPLICATION, QUEUE, WORKFLOW, prepare_database
from app.settings import Settings
from storage import database_copy
from storage.engine import create_engine_from, writing
from storage.repository import projects
from tests import databases

pytestmark = pytest.mark.postgresql
_QUEUED = text(
    "INSERT INTO dbos.workflow_status (workflow_uuid, status, name, queue_name, application_id) "
    f"VALUES ('job-1', 'ENQUEUED', '{WORKFLOW}', '{QUEUE}', '{APPLICATION}')"
)


@contextmanager
def _databases(number: int) -> Iterator[list[str]]:
    server = databases.Server.running()
    names = [server.create() for _ in range(number)]
    yield [server.url(name) for name in names]
    for name in names:
        server.drop(name)


def _settings(data: Path, documents: str, jobs: str) -> Settings:
    return Settings.from_environment(
        {"SPANNEAL_DATA": str(data), "SPANNEAL_DATABASE": documents, "SPANNEAL_JOBS": jobs}
    )


def _fill(settings: Settings) -> None:
    """A project, and a job that waits."""
    sessions = open_database(settings)
    with writing(sessions) as session:
        projects.create(session, "P")
    sessions.kw["bind"].dispose()
    prepare_database(settings.jobs)
    engine = create_engine_from(settings.jobs)
    with engine.begin() as connection:
        connection.execute(_QUEUED)
    engine.dispose()


def _content(settings: Settings) -> tuple[list[str], list[str]]:
    """The names of the projects, and the numbers of the jobs."""
    sessions, engine = open_database(settings), create_engine_from(settings.jobs)
    with sessions() as session, engine.connect() as connection:
        names = [project.name for project in projects.every(session)]
        jobs = connection.scalars(text("SELECT workflow_uuid FROM dbos.workflow_status")).all()
    sessions.kw["bind"].dispose()
    engine.dispose()
    return names, list(jobs)


def _copy_everything(url: str, out: Path, schema: str) -> None:
    """As backups were made that did not tell the schemas apart."""
    database_copy._postgresql("pg_dump", url, "--format=custom", "--no-owner", f"--file={out}")


@pytest.mark.parametrize("how", ["now", "before"])
@pytest.mark.parametrize("target", ["one database", "two databases"])
def test_documents_and_jobs_of_one_database_come_back(
    dialect: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, target: str
) -> None:
    with _databases(3) as (source, fresh, jobs):
        old = _settings(tmp_path / "old", source, source)
        _fill(old)
        with monkeypatch.context() as changed:
            if how == "before":
                changed.setattr("storage.database_copy.copy", _copy_everything)
            back_up(old, tmp_path / "b.zip")
        new = _settings(tmp_path / "new", fresh, fresh if target == "one database" else jobs)

        restore(tmp_path / "b.zip", new)

        assert _content(new) == (["P"], ["job-1"])


def test_a_backup_made_after_a_restore_can_be_restored_in_the_same_place(
    dialect: str, tmp_path: Path
) -> None:
    with _databases(1) as (url,):
        settings = _settings(tmp_path / "data", url, url)
        _fill(settings)
        back_up(settings, tmp_path / "1.zip")
        restore(tmp_path / "1.zip", settings, force=True)
        back_up(settings, tmp_path / "2.zip")

        restore(tmp_path / "2.zip", settings, force=True)

        assert _content(settings) == (["P"], ["job-1"])


def test_an_installation_without_jobs_yet_comes_back(dialect: str, tmp_path: Path) -> None:
    with _databases(2) as (source, fresh):
        old, new = (
            _settings(tmp_path / "old", source, source),
            _settings(tmp_path / "new", fresh, fresh),
        )
        open_database(old).kw["bind"].dispose()
        back_up(old, tmp_path / "b.zip")

        restore(tmp_path / "b.zip", new)
        prepare_database(new.jobs)

        assert _content(new) == ([], [])
