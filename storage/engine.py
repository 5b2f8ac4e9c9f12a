"""One URL to the database: SQLite made safe for several processes, or any other."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select, text
from sqlalchemy.exc import DisconnectionError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from storage import submitted_changes
from storage.fair_lock import FairLock
from storage.soft_delete import SoftDeleteSession

Sessions = sessionmaker[Session]
MIGRATIONS = Path(__file__).parent / "migrations"

BUSY_TIMEOUT_MS = 30_000
"""How long a writer waits for another: far above any transaction of ours."""
GONE = "the database's file was moved or removed while it was open"
BUSY = "another writer of this process had the database for too long"
_BEGIN = "sqlite_begin"
_MIGRATION_LOCK, _WRITING_LOCK = 7_261_025, 7_261_026
"""Arbitrary numbers that every process uses for its advisory locks."""
_TURNS: WeakKeyDictionary[Engine, FairLock] = WeakKeyDictionary()
_POSTGRESQL: dict[str, Any] = {
    "pool_pre_ping": True,  # a connection that was cut is replaced, not handed out
    "pool_size": 10,
    "max_overflow": 20,
    "connect_args": {
        "connect_timeout": 10,
        "options": f"-c lock_timeout={BUSY_TIMEOUT_MS} -c timezone=UTC",
    },
}


class NewerSchemaError(SQLAlchemyError):
    """The tables are of a migration that this program does not have."""


def create_engine_from(url: str) -> Engine:
    """An engine for any SQLAlchemy URL; for a SQLite file its folder is created."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        options = _POSTGRESQL if parsed.get_backend_name() == "postgresql" else {}
        engine = create_engine(parsed, **options)
        submitted_changes.watch(engine)
        return engine
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed)
    submitted_changes.watch(engine)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    if parsed.database and parsed.database != ":memory:":
        _Watched(Path(parsed.database)).watch(engine)
    return engine


def session_factory(engine: Engine) -> Sessions:
    """Sessions whose queries do not find what lies in the trash, see `storage.soft_delete`."""
    return sessionmaker(engine, class_=SoftDeleteSession, expire_on_commit=False)


@contextmanager
def writing(sessions: Sessions, *, beside_others: bool = False) -> Iterator[Session]:
    """A session in one transaction that will write: committed at the end, or rolled back.

    Writers take turns, so that one that reads before it writes can trust what it read, and never
    fails with "database is locked". On PostgreSQL those `beside_others` take no turn: they lock
    the rows that they change (`documents.lock`), and wait only for who changes the same.
    """
    engine = sessions.kw["bind"]
    with _turn(engine), sessions() as session, session.begin():
        connection = session.connection(execution_options={_BEGIN: "BEGIN IMMEDIATE"})
        if connection.dialect.name == "postgresql" and not beside_others:
            connection.execute(select(func.pg_advisory_xact_lock(_WRITING_LOCK)))
        with submitted_changes.recorded(session) as changed:
            yield session
    submitted_changes.announce(engine, changed)


@contextmanager
def of_one_moment(sessions: Sessions) -> Iterator[Session]:
    """A session that only reads, and sees the database as it was at its first query. SQLite's
    transactions are so anyway."""
    with sessions() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """One writer of a process at a time comes to SQLite, in order of arrival; it lets those that
    wait sleep longer and longer, in no order, each with a connection. Other processes' writers meet
    there. Raises `OperationalError` after `BUSY_TIMEOUT_MS`."""
    if engine.dialect.name != "sqlite":
        yield
        return
    turn = _TURNS.setdefault(engine, FairLock())
    if not turn.acquire(BUSY_TIMEOUT_MS / 1000):
        raise OperationalError(None, None, sqlite3.OperationalError(BUSY))
    try:
        yield
    finally:
        turn.release()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Brings the tables to a migration. Processes that start at once take turns.

    Raises `NewerSchemaError` for tables that a newer version of the program has made.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    writer = engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
    with writer.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
        except CommandError as error:
            raise NewerSchemaError(f"{engine.url.render_as_string()}: {error}") from error


def _prepare_sqlite(dbapi_connection: Any, _record: object) -> None:
    dbapi_connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    # SQLite folds only ASCII; the search should find "ärzte" for "ÄRZTE"
    dbapi_connection.create_function("lower", 1, _lower, deterministic=True)
    cursor = dbapi_connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))


class _Watched:
    """An SQLite file that may be removed or replaced while it is open.

    SQLite would go on writing into what no longer has a name, and lose it. A connection is asked
    for the file each time it is handed out: none writes where nobody finds it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened = False

    def watch(self, engine: Engine) -> None:
        event.listen(engine, "do_connect", self._before)
        event.listen(engine, "connect", self._after)
        event.listen(engine, "checkout", self._handed_out)

    def _before(self, *_: object) -> None:
        if self._opened and not self._path.exists():
            raise self._gone()

    def _after(self, dbapi_connection: Any, record: Any) -> None:
        self._opened = True
        record.info["file"] = self._file()

    def _handed_out(self, dbapi_connection: Any, record: Any, _proxy: object) -> None:
        found = self._file()
        if found is None:
            raise OperationalError(None, None, self._gone())
        if record.info["file"] != found:
            raise DisconnectionError(f"{self._path} was replaced")  # connects to what is there now

    def _file(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _gone(self) -> sqlite3.OperationalError:
        return sqlite3.OperationalError(f"{GONE}: {self._path}")


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value
