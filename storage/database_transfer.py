"""A whole database into another one, row by row: SQLite's file into an empty PostgreSQL.

All or nothing: the rows go in within one transaction, are read back in it, counted and hashed
beside the source's, and only then committed. What was interrupted left empty tables at most, and
is begun again. Nobody writes to the source meanwhile.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    String,
    Table,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

from storage.columns import RawText
from storage.engine import upgrade
from storage.models import Base, ModelVersion

PORTION = 1000
"""Rows that go over at once."""
_REVISION = "alembic_version"
_TABLES: tuple[Table, ...] = tuple(Base.metadata.sorted_tables)
"""Those that others refer to first."""
_VERSIONS = ModelVersion.__tablename__
Row = dict[str, Any]


class MoveError(RuntimeError):
    """What keeps a database from being moved, and what to do. The source is as it was."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a table holds: the same on both sides, or nothing is committed."""

    rows: int
    sha256: str
    """Of all rows, in no order: databases sort texts differently."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far a move is."""

    table: str
    rows: int
    total: int


def move(
    source: Engine,
    target: Engine,
    placed: Callable[[str], str] = str,
    on_step: Callable[[Step], None] = lambda step: None,
) -> Mapping[str, Content]:
    """Copies every table of an up-to-date SQLite `source` into an empty PostgreSQL `target`.

    `placed` says what a model version's path is to be there. Returns what each table holds now.
    Raises `MoveError`.
    """
    _require_empty(target)
    upgrade(target)
    moved = {}
    locked = source.execution_options(sqlite_begin="BEGIN IMMEDIATE")
    with locked.begin() as old, target.begin() as new:
        _require_known(old)
        _require_empty_tables(new)
        for table in _TABLES:
            moved[table.name] = _move_table(old, new, table, placed, on_step)
            _set_sequence(new, table)
    return moved


def _move_table(
    old: Connection,
    new: Connection,
    table: Table,
    placed: Callable[[str], str],
    on_step: Callable[[Step], None],
) -> Content:
    total = old.scalar(select(func.count()).select_from(table)) or 0
    given, done = _Sum(table), 0
    for rows in _portions(old, table):
        for row in rows:
            if table.name == _VERSIONS:
                row["path"] = placed(row["path"])
            _require_fits(table, row)
            given.add(row)
        try:
            new.execute(insert(table), rows)
        except DBAPIError as error:
            raise MoveError(
                f"PostgreSQL refuses rows of the table {table.name}: {error.orig}; nothing was "
                "moved, and everything is still where it was"
            ) from error
        done += len(rows)
        on_step(Step(table.name, done, total))
    arrived = _Sum(table)
    for rows in _portions(new, table):
        for row in rows:
            arrived.add(row)
    if arrived.content != given.content:
        raise MoveError(
            f"the table {table.name} did not arrive unchanged: {given.content} became "
            f"{arrived.content}; nothing was moved"
        )
    return given.content


def _portions(connection: Connection, table: Table) -> Iterator[list[Row]]:
    """The rows in order of their keys, so that a parent is there before its child."""
    query = select(table).order_by(*table.primary_key.columns)
    found = connection.execute(query.execution_options(yield_per=PORTION))
    for portion in found.mappings().partitions():
        yield [dict(row) for row in portion]


class _Sum:
    """Rows counted and hashed. The rows' hashes are added up, so that order does not matter."""

    def __init__(self, table: Table) -> None:
        self._columns = sorted(column.name for column in table.columns)
        self._rows, self._sum = 0, 0

    def add(self, row: Row) -> None:
        values = [row[name] for name in self._columns]
        encoded = json.dumps(values, sort_keys=True, default=_plain).encode()
        self._rows += 1
        self._sum += int.from_bytes(hashlib.sha256(encoded).digest())

    @property
    def content(self) -> Content:
        return Content(self._rows, f"{self._sum % 2**256:064x}")


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"a column holds a {type(value).__name__}, which has no hash yet")


def _require_fits(table: Table, row: Row) -> None:
    """SQLite holds what PostgreSQL refuses: NUL in a text, and more than a column is wide."""
    for column in table.columns:
        value = row[column.name]
        if not isinstance(value, str) or isinstance(column.type, RawText):
            continue
        where = f"{table.name}.{column.name} of row {_key(table, row)}"
        if "\0" in value:
            raise MoveError(
                f"{where} holds a NUL, which PostgreSQL cannot keep there; remove it and try again"
            )
        if (width := _width(column)) is not None and len(value) > width:
            raise MoveError(
                f"{where} has {len(value):,} characters, and PostgreSQL keeps {width} there; "
                "shorten it and try again"
            )


def _width(column: Column[Any]) -> int | None:
    return column.type.length if isinstance(column.type, String) else None


def _key(table: Table, row: Row) -> str:
    return ", ".join(str(row[column.name]) for column in table.primary_key.columns)


def _set_sequence(new: Connection, table: Table) -> None:
    """The next row takes the number after the highest."""
    keys = list(table.primary_key.columns)
    if len(keys) != 1 or not isinstance(keys[0].type, Integer) or keys[0].foreign_keys:
        return
    key = keys[0]
    highest = new.scalar(select(func.max(key)))
    sequence = new.scalar(select(func.pg_get_serial_sequence(table.name, key.name)))
    if highest is not None and sequence is not None:
        new.execute(select(func.setval(sequence, highest)))


def _require_known(old: Connection) -> None:
    """Nothing is left behind because this program does not know it."""
    unknown = set(inspect(old).get_table_names()) - {table.name for table in _TABLES} - {_REVISION}
    if unknown:
        raise MoveError(
            f"the database has tables of another program: {', '.join(sorted(unknown))}; remove "
            "them, or use an empty database"
        )


def _require_empty(target: Engine) -> None:
    """No tables, or our own without a row, as a move that was interrupted leaves them."""
    with target.connect() as connection:
        present = set(inspect(connection).get_table_names())
        unknown = present - {table.name for table in _TABLES} - {_REVISION}
        if unknown:
            raise MoveError(_occupied(target, f"the table {min(unknown)}"))
        _require_empty_tables(connection, present)


def _require_empty_tables(connection: Connection, present: set[str] | None = None) -> None:
    for table in _TABLES:
        if present is not None and table.name not in present:
            continue
        if connection.scalar(text(f'SELECT 1 FROM "{table.name}" LIMIT 1')):
            raise MoveError(_occupied(connection.engine, f"rows in {table.name}"))


def _occupied(target: Engine, what: str) -> str:
    return (
        f"the database {target.url.render_as_string()} is not empty: there is {what}; make a new "
        "one (createdb) and move there"
    )
