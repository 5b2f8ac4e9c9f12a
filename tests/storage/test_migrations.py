"""The migrations and the models say the same."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text

from storage.engine import create_engine_from, upgrade
from storage.models import Base


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


def _schema(engine: Engine) -> dict[str, list[str]]:
    query = text("SELECT name, sql FROM sqlite_master WHERE sql NOT NULL AND name != :own")
    with engine.connect() as connection:
        return {
            name: sorted(line.strip(" ,\t") for line in sql.splitlines())
            for name, sql in connection.execute(query, {"own": "alembic_version"})
        }
