"""The databases that the tests are lent: as a new one is, whoever had it before."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from storage.engine import create_engine_from, session_factory, writing
from storage.repository import projects
from tests import databases

pytestmark = pytest.mark.skipif(databases.binaries() is None, reason=databases.MISSING)


@pytest.fixture
def server() -> databases.Server:
    return databases.Server.running()


def identity(server: databases.Server, name: str) -> int:
    """A number that the database keeps when it is renamed."""
    engine = create_engine_from(server.url(name))
    with engine.connect() as connection:
        query = text("SELECT oid FROM pg_database WHERE datname = current_database()")
        number = connection.execute(query).scalar_one()
    engine.dispose()
    return int(number)


def test_a_database_that_comes_back_is_empty_and_its_numbers_begin_at_1(
    server: databases.Server,
) -> None:
    name = server.lend()
    number = identity(server, name)
    for _ in range(2):
        engine = create_engine_from(server.url(name))
        with writing(session_factory(engine)) as session:
            assert projects.every(session) == []
            assert projects.create(session, "News").id == 1
        held = engine.connect()
        server.take_back(name)
        held.invalidate()
        engine.dispose()
        following = server.lend()
        assert following != name, "what a process keeps by its address is not the next one's"
        assert identity(server, following) == number
        name = following
    server.take_back(name)


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE further (id integer)",
        "DROP TABLE alembic_version",
        "UPDATE alembic_version SET version_num = '0001'",
        "ALTER TABLE projects ADD COLUMN further integer",
        "ALTER TABLE projects DISABLE TRIGGER ALL",
        "ALTER TABLE projects ALTER COLUMN name DROP NOT NULL",
    ],
)
def test_a_database_whose_tables_were_changed_is_not_lent_again(
    server: databases.Server, change: str
) -> None:
    name = server.lend()
    engine = create_engine_from(server.url(name))
    with engine.begin() as connection:
        connection.execute(text(change))
    engine.dispose()
    number = identity(server, name)
    server.take_back(name)

    following = server.lend()
    assert identity(server, following) != number
    server.take_back(following)
