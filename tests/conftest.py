"""What every test shares: no model hub, repeatable properties, a fresh database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests import databases

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session, sessionmaker

os.environ["HF_HUB_OFFLINE"] = "1"

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database: an SQLite file that does not exist yet, or PostgreSQL's."""
    yield databases.url_in(tmp_path)
    databases.give_back(tmp_path)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what takes minutes unless it is asked for (`-m faults`), and on PostgreSQL what
    meets no database, or is about SQLite."""
    left_out = [item for item in items if not _wanted(config, item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _wanted(config: pytest.Config, item: pytest.Item) -> bool:
    if item.get_closest_marker("faults") and "faults" not in config.option.markexpr:
        return False
    if not databases.POSTGRESQL:
        return True
    meets = "database_url" in getattr(item, "fixturenames", ())
    return meets and not item.get_closest_marker("sqlite")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A fresh database with every table, as a new user's is made."""
    from storage.engine import create_engine_from, upgrade

    engine = create_engine_from(database_url)
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    """Makes sessions on the fresh database."""
    from storage.engine import session_factory

    return session_factory(engine)
