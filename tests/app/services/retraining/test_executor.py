"""A dead worker's jobs are recovered as DBOS does it, through what it offers to everybody."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from app.services.model_registry.registry import ModelRegistry
from app.services.operations.startup import open_database
from app.services.retraining.executor import RecoveryError, recover
from app.services.retraining.jobs import QUEUE, Jobs
from app.settings import Settings
from storage.engine import create_engine_from
from tests.app.material import environment_in, new_project, pretend_model
from tests.test_project import ROOT, parsed, python_files

DEAD, LIVING = "host-1-dead", "host-2-living"
STATUS = "status, executor_id, recovery_attempts, deduplication_id, queue_name"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    both = {"SPANNEAL_DATABASE": database_url, "SPANNEAL_JOBS": database_url}
    return Settings.from_environment(environment_in(tmp_path) | both)


@pytest.fixture
def jobs(settings: Settings) -> Iterator[Jobs]:
    sessions = open_database(settings)
    ModelRegistry(sessions).ensure_bundled(pretend_model(settings.model))
    for number in range(1, 4):
        new_project(sessions, name=f"News {number}")
    jobs = Jobs(settings, sessions)
    yield jobs
    jobs.close()
    sessions.kw["bind"].dispose()


@pytest.fixture
def connection(settings: Settings) -> Iterator[Connection]:
    engine = create_engine_from(settings.jobs)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


def row(connection: Connection, job: str) -> tuple[object, ...]:
    query = text(f"SELECT {STATUS} FROM dbos.workflow_status WHERE workflow_uuid = :job")
    return tuple(connection.execute(query, {"job": job}).one())


def taken(connection: Connection, job: str, worker: str, status: str = "PENDING") -> None:
    """What is recorded of a job that a worker took, the second to do so."""
    change = text(
        "UPDATE dbos.workflow_status SET status = :status, executor_id = :worker, "
        "recovery_attempts = 2 WHERE workflow_uuid = :job"
    )
    connection.execute(change, {"status": status, "worker": worker, "job": job})


@pytest.mark.postgresql
def test_a_dead_workers_job_waits_again_and_no_other_is_touched(
    settings: Settings, jobs: Jobs, connection: Connection
) -> None:
    """Nor is it forgotten that a worker died over it, or that its project may have but one."""
    left, running, cancelled = (jobs.start(project) for project in (1, 2, 3))
    taken(connection, left, DEAD)
    taken(connection, running, LIVING)
    taken(connection, cancelled, DEAD, "CANCELLED")
    others = [row(connection, job) for job in (running, cancelled)]

    recover(settings, DEAD)

    assert row(connection, left) == ("ENQUEUED", DEAD, 2, "project-1", QUEUE)
    assert [row(connection, job) for job in (running, cancelled)] == others
    taken(connection, left, LIVING)
    recover(settings, DEAD)
    assert row(connection, left)[:2] == ("PENDING", LIVING)


def test_a_recovery_that_fails_is_told(settings: Settings) -> None:
    with pytest.raises(RecoveryError, match=f"dead worker {DEAD}.*ended with 1"):
        recover(replace(settings, jobs="nonsense://"), DEAD)


def test_nothing_private_of_dbos_is_used() -> None:
    """Its next version may have other names below the ones that it promises."""
    private = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in python_files("app", "core", "storage")
        if "dbos" in path.read_text().lower()
        for name in private_names(parsed(path))
    }

    assert private == set()


def private_names(tree: ast.Module) -> Iterator[str]:
    """What a module takes from a private module of DBOS, or from its objects, its clients
    included, by a private name."""
    theirs = {"_client"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and "dbos" in (node.module or ""):
            theirs |= {alias.asname or alias.name for alias in node.names}
            parts = (node.module or "").split(".") + [alias.name for alias in node.names]
            yield from filter(_private, parts)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _private(node.attr):
            owner = node.value
            if isinstance(owner, ast.Name | ast.Attribute) and (
                (owner.id if isinstance(owner, ast.Name) else owner.attr) in theirs
            ):
                yield node.attr


def _private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


@pytest.mark.parametrize(
    "source",
    [
        "from dbos._serialization import DefaultSerializer",
        "from dbos import _recovery",
        "from app.services.retraining.dbos_json import DBOS\nDBOS._recover_pending_workflows()",
        "self._client._sys_db",
    ],
)
def test_what_is_private_is_noticed(source: str) -> None:
    assert list(private_names(ast.parse(source)))
