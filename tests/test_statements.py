"""SQL is put together once, whichever database is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.engine.interfaces import CacheStats
from sqlalchemy.orm import Session

from storage.engine import create_engine_from
from storage.models import Project
from tests.databases import copy_migrated


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[list[Engine]]:
    """Engines of two databases, each with every table."""
    files = [copy_migrated(tmp_path / name) for name in ("first", "second")]
    engines = [create_engine_from(f"sqlite:///{file}") for file in files]
    yield engines
    for engine in engines:
        engine.dispose()


def test_a_statement_and_an_insertion_made_for_one_database_serve_the_next(
    engines: list[Engine],
) -> None:
    asked: list[CacheStats] = []
    event.listen(
        engines[1],
        "after_cursor_execute",
        lambda *arguments: asked.append(arguments[4].cache_hit),
    )
    for engine in engines:
        with Session(engine) as session:
            session.add(Project(name="News"))
            session.commit()
            assert session.scalars(select(Project.name)).all() == ["News"]

    compiled = [stats for stats in asked if stats is not CacheStats.NO_CACHE_KEY]
    assert CacheStats.CACHE_MISS not in compiled
    assert compiled.count(CacheStats.CACHE_HIT) >= 2
