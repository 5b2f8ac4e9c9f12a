"""What went wrong with the database, and what helps, for people who do not know databases."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass, replace

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from storage.engine import BUSY, BUSY_TIMEOUT_MS, GONE, NewerSchemaError

StorageError = SQLAlchemyError
"""What every query may raise, for whoever shows it and knows no SQLAlchemy."""
OUTAGES = (OperationalError, InternalError, PoolTimeoutError)
"""Of these, what says nothing about the query: the database cannot serve anybody just now. A
PostgreSQL that became read-only is an `InternalError`."""


@dataclass(frozen=True, slots=True)
class DatabaseProblem:
    what: str
    """A sentence without its stop."""
    remedy: str
    """Whole sentences."""
    in_own_words: bool = False
    """Whether `what` holds the database's own words, which may repeat a text."""


_FULL = DatabaseProblem(
    "the database’s disk is full",
    "Free some space on it, or ask the server’s administrator.",
)
_READ_ONLY = DatabaseProblem(
    "the database cannot be written to",
    "Make sure that the program may write to its file, folder and disk.",
)
_LOCKED = DatabaseProblem(
    f"another process has kept the database locked for {BUSY_TIMEOUT_MS // 1000} seconds",
    "Wait until it is done, or find and stop it: it may be another page of this program, its "
    "worker, a command, or another program that has the file open.",
)
_BUSY = DatabaseProblem(
    f"this server has been writing something else for {BUSY_TIMEOUT_MS // 1000} seconds",
    "Wait until it is done: a large import or a change of labels may be under way.",
)
_GONE = DatabaseProblem(
    "the database file is missing",
    "Restore the file, or reconnect its disk. Nothing is written elsewhere in the meantime.",
)
_CLOSED = DatabaseProblem(
    "the database file cannot be opened",
    "Make sure that it is a file, and that the program may read and write it and its folder.",
)
_NEWER = DatabaseProblem(
    "the database was written by a newer version of the program",
    "Update the program, or restore a backup that this version made: `python -m app restore`.",
)
_AWAY = DatabaseProblem(
    "the database server does not respond",
    "Check that it is running and reachable; the page reconnects automatically.",
)
_CROWDED = DatabaseProblem(
    "the database has too many connections",
    "Wait a little. If it happens again, allow more connections on the server.",
)
_UNKNOWN = DatabaseProblem(
    "the name of the database server is not known to DNS",
    "Check the spelling of the host in its URL, and the connection of the machine that asks.",
)
_REFUSED = DatabaseProblem(
    "the database server refuses the user or the password",
    "Check both in its URL. Whom the server lets in, and from where, stands in its pg_hba.conf.",
)
_ABSENT = DatabaseProblem(
    "the database server has no database of this name",
    "Check the name in its URL, or create the database; the program makes the tables in it.",
)
_DAMAGED = DatabaseProblem(
    "the database file is damaged",
    "Stop the program, keep the file, and restore the newest backup: `python -m app restore`.",
)
_BROKEN_DISK = DatabaseProblem(
    "the database’s disk reports an error",
    "Check that it is connected and healthy, and make a backup: `python -m app backup`.",
)
_EMPTY = DatabaseProblem(
    "the database lacks the program’s tables",
    "Restart the program to create them; if the database held data, restore a backup.",
)
_SQLITE = {
    "SQLITE_FULL": _FULL,
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_BUSY": _LOCKED,
    "SQLITE_LOCKED": _LOCKED,
    "SQLITE_CANTOPEN": _CLOSED,
    "SQLITE_PERM": _CLOSED,
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": _DAMAGED,
    "SQLITE_IOERR": _BROKEN_DISK,
}
_POSTGRESQL = {
    "53100": _FULL,
    "25006": _READ_ONLY,
    "55P03": _LOCKED,
    "53300": _CROWDED,
    "42P01": _EMPTY,
    "3D000": _ABSENT,
    "XX001": _DAMAGED,
}
"""By SQLSTATE."""
_POSTGRESQL_CLASSES = {
    "08": _AWAY,
    "28": _REFUSED,
    "57": _AWAY,
    "58": _BROKEN_DISK,
    "53": _CROWDED,
}
_CONNECTING = (
    (re.compile(r"failed to resolve host"), _UNKNOWN),
    (re.compile(r'database ".*" does not exist'), _ABSENT),
    (re.compile(r'role ".*" does not exist|authentication failed|no password|pg_hba'), _REFUSED),
    (re.compile(r"too many (clients|connections)|connection slots"), _CROWDED),
    (re.compile(r"connection"), _AWAY),
)
"""By the text, which is all that a connection that was not made leaves; the first that fits."""


def problem_of(error: SQLAlchemyError | sqlite3.Error) -> DatabaseProblem:
    """What to tell of an error of the database, met through SQLAlchemy or without it."""
    if isinstance(error, PoolTimeoutError):
        return _CROWDED
    if isinstance(error, NewerSchemaError):
        return _NEWER
    cause = error.orig if isinstance(error, DBAPIError) else error
    known = _of_sqlite(cause) if isinstance(cause, sqlite3.Error) else _of_postgresql(cause)
    if known is None and isinstance(error, DBAPIError) and error.connection_invalidated:
        known = _AWAY
    return known or DatabaseProblem(
        f"the database says: {cause or error}",
        "Try again; if it happens again, see the server’s log.",
        in_own_words=True,
    )


def public_problem_of(error: SQLAlchemyError) -> DatabaseProblem:
    """What to tell whoever asks over the network: what the database says in its own words may hold
    a text."""
    problem = problem_of(error)
    if not problem.in_own_words:
        return problem
    return replace(problem, what="the database failed", in_own_words=False)


def is_of_the_data(error: SQLAlchemyError) -> bool:
    """Whether the database can hold what it was given at no time: to try again is in vain."""
    unbound = isinstance(error, StatementError) and not isinstance(error, DBAPIError)
    return unbound or isinstance(error, DataError)


def _of_sqlite(cause: sqlite3.Error) -> DatabaseProblem | None:
    if GONE in str(cause):
        return _GONE
    if BUSY in str(cause):
        return _BUSY
    if "no such table" in str(cause):
        return _EMPTY
    name = getattr(cause, "sqlite_errorname", None) or ""
    return _SQLITE.get("_".join(name.split("_")[:2]))


def _of_postgresql(cause: object) -> DatabaseProblem | None:
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        return _POSTGRESQL.get(state) or _POSTGRESQL_CLASSES.get(state[:2])
    fitting = (problem for text, problem in _CONNECTING if text.search(str(cause)))
    return next(fitting, None)
