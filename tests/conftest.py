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
    """On PostgreSQL, only what meets a database, and is not about SQLite."""
    if not databases.POSTGRESQL:
        return
    meets = {"database_url", "site"}
    kept = [
        item
        for item in items
        if meets & set(getattr(item, "fixturenames", ())) and not item.get_closest_marker("sqlite")
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


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
