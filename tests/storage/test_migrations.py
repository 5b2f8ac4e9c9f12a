"""The migrations and the models say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from storage.engine import create_engine_from, session_factory, upgrade
from storage.models import Base, Document, Project


def test_the_migrations_make_exactly_the_schema_of_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_migrations_make_the_same_checks_and_indexes(engine: Engine, tmp_path: Path) -> None:
    """Alembic compares neither CHECKs nor the conditions of indexes, so the SQL is compared."""
    direct = create_engine_from(f"sqlite:///{tmp_path}/direct.db")
    Base.metadata.create_all(direct)

    assert _schema(engine) == _schema(direct)
    direct.dispose()


def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    before = _schema(engine)
    upgrade(engine)

    assert _schema(engine) == before


def test_what_was_there_before_an_upgrade_is_there_after_it(tmp_path: Path) -> None:
    old = create_engine_from(f"sqlite:///{tmp_path}/old.db")
    upgrade(old, "0001")
    with old.begin() as connection:
        connection.execute(text(f"INSERT INTO projects VALUES (1, 'Old', '{_TIME}')"))
        connection.execute(
            text(
                "INSERT INTO documents VALUES (1, 1, 'a', 'Ada', 3, 'x', 'train', 'new', "
                f"'{{}}', '{_TIME}', '{_TIME}')"
            )
        )
    upgrade(old)

    with session_factory(old)() as session:
        document, project = session.get_one(Document, 1), session.get_one(Project, 1)
        assert (document.text, document.comment, document.skip_reason) == ("Ada", "", "")
        assert (project.guidelines, project.control_share, project.queue) == ("", 0.2, "arrival")
        assert project.hotkeys == {}
        assert (document.version, document.deleted_at, project.annotators) == (0, None, 1)
    old.dispose()


def test_a_log_can_only_be_added_to(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO events (at, person, action, detail) "
                f"VALUES ('{_TIME}', 'Ada', 'delete', '{{}}')"
            )
        )
    for change in ("UPDATE events SET person = 'Eve'", "DELETE FROM events"):
        with pytest.raises(DBAPIError, match="never changed or deleted"), engine.begin() as one:
            one.execute(text(change))

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT person FROM events")) == "Ada"


_TIME = "2026-01-01 00:00:00.000000"
_PARTS = re.compile(r",(?![^(]*\))")
"""Commas between columns and constraints, not those inside their parentheses."""


def _schema(engine: Engine) -> dict[str, list[str]]:
    """Every table's and index's SQL as its parts; a column added later stands elsewhere."""
    query = text(
        "SELECT name, sql FROM sqlite_master "
        "WHERE sql NOT NULL AND type != 'trigger' AND name != :own"
    )
    with engine.connect() as connection:
        return {
            name: sorted(" ".join(part.split()) for part in _PARTS.split(_body(sql)))
            for name, sql in connection.execute(query, {"own": "alembic_version"})
        }


def _body(sql: str) -> str:
    return sql[sql.index("(") + 1 : sql.rindex(")")] if sql.startswith("CREATE TABLE") else sql
