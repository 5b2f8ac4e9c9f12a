"""What every test shares: no model hub, repeatable properties, a fresh database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session, sessionmaker

os.environ["HF_HUB_OFFLINE"] = "1"

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """The URL of an SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path}/spanneal.db"


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
