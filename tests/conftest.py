"""What every test shares: no model hub, repeatable properties, a fresh database, two processes."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Generator, Iterator
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from unittest import mock

import pytest
from hypothesis import settings

from tests import databases
from tests.databases import Dialect
from tests.thorough import QUICK, THOROUGH

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session, sessionmaker

os.environ["HF_HUB_OFFLINE"] = "1"
if "PYTEST_XDIST_WORKER" in os.environ:
    # threads of several processes on the same cores wait for each other
    os.environ.setdefault("OMP_NUM_THREADS", "1")

REPEATABLE = {"derandomize": True, "print_blob": True} if os.environ.get("CI") else {}
settings.register_profile("quick", deadline=None, max_examples=QUICK, **REPEATABLE)
settings.register_profile("thorough", deadline=None, max_examples=THOROUGH, **REPEATABLE)

SLOWEST_FIRST = (
    "tests/browser",
    "tests/core/training",
    "tests/core/research/experiments",
    "tests/app/worker",
    "tests/app/services/retraining/test_jobs.py",
    "tests/test_library.py",
    "tests/core/discontinuous/test_combiner.py",
    "tests/core/inference",
    "tests/core/cli",
    "tests/app/screens",
    "tests/load",
    "tests/faults",
    "tests/app/http",
    "tests/app/services/suggestions",
    "tests/test_project.py",
    "tests/test_examples.py",
)
"""What takes long begins early, so that the processes end together."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--thorough",
        action="store_true",
        help="every case and example, and whatever meets a database on PostgreSQL too",
    )


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("thorough" if config.getoption("thorough") else "quick")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs what meets a database on SQLite, and on PostgreSQL where that may differ."""
    if "dialect" not in metafunc.fixturenames:
        return
    marked = {marker.name for marker in metafunc.definition.iter_markers()}
    chosen = [] if "postgresql" in marked else ["sqlite"]
    if "sqlite" not in marked and (
        marked & {"postgresql", "both_databases"} or metafunc.config.getoption("thorough")
    ):
        chosen.append("postgresql")
    if chosen == ["sqlite"]:
        return
    missing = databases.binaries() is None and not os.environ.get("CI")
    skip = pytest.mark.skipif(missing, reason=databases.MISSING)
    cases = [
        pytest.param(item, marks=skip) if item == "postgresql" else pytest.param(item)
        for item in chosen
    ]
    metafunc.parametrize("dialect", cases, indirect=True)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported and collected stays: Python looks for garbage in it once, at the end.

    Else a fifth of the time that collecting takes goes there, and half a second each time later.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what takes minutes unless it is asked for (`-m faults`, `--thorough`); the slowest
    files come first."""
    left_out = [item for item in items if not _wanted(config, item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = sorted((item for item in items if item not in left_out), key=_place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Each file, or group of files, is run by one process."""
    from tests.scheduling import scheduler

    return scheduler(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if databases.binaries() is None:
        terminalreporter.write_sep("!", databases.MISSING, red=True, bold=True)


def _wanted(config: pytest.Config, item: pytest.Item) -> bool:
    if item.get_closest_marker("thorough") and not config.getoption("thorough"):
        return False
    return not item.get_closest_marker("faults") or "faults" in config.option.markexpr


def _place(item: pytest.Item) -> int:
    file = item.nodeid.split("::", 1)[0]
    named = (n for n, start in enumerate(SLOWEST_FIRST) if file.startswith(start))
    return next(named, len(SLOWEST_FIRST))


@pytest.fixture(scope="session", autouse=True)
def quick_commits() -> Iterator[None]:
    """No commit to SQLite waits for the disk, 8 ms each time; on PostgreSQL none does either.

    Processes that a test starts do wait, and a killed one loses nothing either way.
    """
    engine = sys.modules.get("storage.engine")
    if engine is None:  # none of these tests meets a database
        yield
        return
    prepare = engine._prepare_sqlite

    @wraps(prepare)
    def prepare_quick(dbapi_connection: Any, record: object) -> None:
        prepare(dbapi_connection, record)
        dbapi_connection.execute("PRAGMA synchronous = OFF").close()

    with mock.patch.object(engine, "_prepare_sqlite", prepare_quick):
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_statements() -> Iterator[None]:
    """What a statement is in SQL is worked out once, not for each test's database."""
    if "storage.engine" not in sys.modules:
        yield
        return
    from tests.statements import compiled_once

    with compiled_once():
        yield


@pytest.fixture
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """Which database the test runs on, see `pytest_generate_tests`."""
    return cast(Dialect, getattr(request, "param", "sqlite"))


@pytest.fixture
def database_url(tmp_path: Path, dialect: Dialect, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database; with every table where the test asks for `engine`, too."""
    migrated = "engine" in request.fixturenames
    with databases.temporary(dialect, tmp_path, migrated=migrated) as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A fresh database with every table, as a new user's is made."""
    from storage.engine import create_engine_from

    engine = create_engine_from(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    """Makes sessions on the fresh database."""
    from storage.engine import session_factory

    return session_factory(engine)
