"""SQL that is put together once a process: else every test's database begins without any.

SQLAlchemy keeps the SQL of a statement for an engine; a third of what a test of the services costs
is making it anew. Databases of one kind and version are asked in the same words.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from unittest import mock

from sqlalchemy import create_engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

from storage import engine

STATEMENTS = 10_000


def _words(dialect: DefaultDialect) -> tuple[object, ...]:
    """What decides how a dialect puts a statement."""
    return type(dialect), dialect.server_version_info, dialect.paramstyle


def _alike(dialect: DefaultDialect, other: object) -> bool:
    return isinstance(other, DefaultDialect) and _words(dialect) == _words(other)


def _hash(dialect: DefaultDialect) -> int:
    return hash(_words(dialect))


@contextmanager
def compiled_once() -> Iterator[None]:
    """Every engine of the block takes the SQL that another one has made."""
    shared: LRUCache[object, object] = LRUCache(STATEMENTS)
    create = partial(create_engine, execution_options={"compiled_cache": shared})
    with (
        mock.patch.object(DefaultDialect, "__eq__", _alike),
        mock.patch.object(DefaultDialect, "__hash__", _hash),
        mock.patch.object(engine, "create_engine", create),
    ):
        yield
