"""Which workers are at work on a PostgreSQL database, on whatever machine they are.

A worker holds two advisory locks on a connection of its own for as long as it lives: one that all
workers share, and one for its name. The server frees them in the moment in which the worker ends,
however it ends; whoever gets a dead worker's lock may take over what it left.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from app.settings import Settings
from storage.engine import create_engine_from

_ALL, _NAMED = 7_261_027, 7_261_028
"""Arbitrary numbers that every process uses for these advisory locks."""


class WorkerHeartbeat:
    """A living worker, as the others know it."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection, self.name = connection, name

    def check(self) -> None:
        """Raises the database's error where the connection, and with it the locks, is gone."""
        self._connection.execute(text("SELECT 1"))

    @contextmanager
    def heir_of(self, other: str) -> Iterator[bool]:
        """Whether this worker may take over what the other left: it is dead, and nobody else is
        about to."""
        named = {"kind": _NAMED, "name": other}
        got = self._connection.scalar(
            text("SELECT pg_try_advisory_lock(:kind, hashtext(:name))"), named
        )
        try:
            yield bool(got)
        finally:
            if got:
                self._connection.execute(
                    text("SELECT pg_advisory_unlock(:kind, hashtext(:name))"), named
                )


def shared(settings: Settings) -> bool:
    """Whether several workers may work at once: both databases are PostgreSQL's."""
    return all(url.startswith("postgresql") for url in (settings.database, settings.jobs))


@contextmanager
def present(settings: Settings) -> Iterator[WorkerHeartbeat]:
    """Takes a place among the workers under a name that none had before."""
    name = f"{socket.gethostname()[:60]}-{os.getpid()}-{secrets.token_hex(4)}"
    engine = create_engine_from(settings.jobs)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SELECT pg_advisory_lock_shared(:all, 0)"), {"all": _ALL})
            connection.execute(
                text("SELECT pg_advisory_lock(:kind, hashtext(:name))"),
                {"kind": _NAMED, "name": name},
            )
            yield WorkerHeartbeat(connection, name)
    finally:
        engine.dispose()


def workers(settings: Settings) -> int:
    """How many workers are at work now."""
    engine = create_engine_from(settings.jobs)
    try:
        with engine.connect() as connection:
            found = connection.scalar(
                text(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted "
                    "AND classid = :all AND database = "
                    "(SELECT oid FROM pg_database WHERE datname = current_database())"
                ),
                {"all": _ALL},
            )
            return int(found or 0)
    finally:
        engine.dispose()
