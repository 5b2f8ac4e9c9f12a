"""The databases that tests run on: SQLite files, and a PostgreSQL server started for them.

The server listens on a socket in a temporary folder, belongs to a user without rights where the
tests run as root, and ends with them. Migrations run once a process: every other database with
tables is a copy, and PostgreSQL's copies are emptied and used again, which takes a tenth of making
and dropping one.
"""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import psycopg

Dialect = Literal["sqlite", "postgresql"]
MISSING = (
    "PostgreSQL is not tested: there is no server here (on Debian: apt-get install postgresql)"
)
_OWNERS = ("postgres", "nobody")
_ALONE = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_SCHEMA = """
    SELECT string_agg(line, ';' ORDER BY line) FROM (
        SELECT concat_ws(' ', oid, relname, relkind, relnamespace) FROM pg_class
        WHERE oid >= 16384 AND relkind <> 't'
        UNION ALL SELECT concat_ws(' ', attrelid, attname, atttypid, attnotnull, atthasdef)
        FROM pg_attribute WHERE attrelid >= 16384 AND attnum > 0
        UNION ALL SELECT concat_ws(' ', oid, pg_get_constraintdef(oid)) FROM pg_constraint
        WHERE oid >= 16384
        UNION ALL SELECT concat_ws(' ', oid, tgenabled) FROM pg_trigger WHERE oid >= 16384
        UNION ALL SELECT concat_ws(' ', oid, prosrc) FROM pg_proc WHERE oid >= 16384
        UNION ALL SELECT version_num FROM alembic_version
    ) AS lines (line)
"""
"""Everything of a migrated database but its rows; PostgreSQL's own numbers end before 16384."""
_WRITTEN = """
    SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
"""


@contextmanager
def temporary(dialect: Dialect, folder: Path, *, migrated: bool) -> Iterator[str]:
    """The URL of a database that ends with the block: an SQLite file in `folder`, or PostgreSQL's.

    `migrated`: with every table, as an upgrade makes them. Otherwise empty; the file is not there.
    """
    if dialect == "sqlite":
        path = folder / "spanneal.db"
        yield f"sqlite:///{copy_migrated(path) if migrated else path}"
        return
    server = Server.running()
    name = server.lend() if migrated else server.create()
    yield server.url(name)
    if migrated:
        server.take_back(name)
    else:
        server.drop(name)


def copy_migrated(path: Path) -> Path:
    """Puts an SQLite database with every table there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return shutil.copyfile(_migrated_file(), path)


@cache
def _migrated_file() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="migrated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _migrate(f"sqlite:///{folder}/spanneal.db")
    return folder / "spanneal.db"


@cache
def _migrated_name(server: Server) -> str:
    name = server.create()
    _migrate(server.url(name))
    return name


@cache
def _migrated_schema(server: Server) -> tuple[Any, ...] | None:
    with server._connected(_migrated_name(server)) as connection:
        return connection.execute(_SCHEMA).fetchone()


def _empty(connection: psycopg.Connection[Any]) -> None:
    """Leaves no rows, and lets every number begin at 1 again."""
    from psycopg import sql

    written = [sql.Identifier(name) for (name,) in connection.execute(_WRITTEN)]
    if written:
        statement = sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE")
        connection.execute(statement.format(sql.SQL(", ").join(written)))


def _migrate(url: str) -> None:
    from storage.engine import create_engine_from, upgrade

    engine = create_engine_from(url)
    upgrade(engine)
    engine.dispose()


@cache
def binaries() -> Path | None:
    """Where PostgreSQL's programs are: on the PATH, or where Debian has them, the newest."""
    result = shutil.which("initdb")
    if result:
        return Path(result).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(versions, key=lambda path: float(path.parts[-3]), default=None)
    return newest.parent if newest else None


class Server:
    """A PostgreSQL server in a temporary folder.

    A `durable` one brings each commit to the disk before it answers, as it must where people work.
    One with an `address` listens there too, to whoever is on its network.
    """

    def __init__(self, *, durable: bool = False, address: str = "") -> None:
        self._address = address
        self._haste = "" if durable else "-c fsync=off -c full_page_writes=off "
        programs = binaries()
        if programs is None:
            raise RuntimeError(
                "there is no PostgreSQL server to test on; install it: apt-get install postgresql"
            )
        self._programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._owner = _owner()
        if self._owner:
            shutil.chown(self.folder, self._owner)
        self._numbers = itertools.count()
        self._empty: list[str] = []
        data = str(self.folder / "data")
        flags = "--auth=trust --no-sync --encoding=UTF8 --locale=C.UTF-8 --username=postgres"
        self._run("initdb", "-D", data, *flags.split())
        if address:
            with Path(data, "pg_hba.conf").open("a") as rules:
                rules.write("host all all samenet trust\n")
        self.start()
        atexit.register(self.end)

    @classmethod
    @cache
    def running(cls) -> Server:
        """The one server of this process, started when it is first asked for."""
        return cls()

    def start(self) -> None:
        options = (
            f"-c listen_addresses='{self._address}' -c unix_socket_directories={self.folder} "
            f"{self._haste}-c max_connections=200"
        )
        log = str(self.folder / "log")
        self._run(
            "pg_ctl", *f"-D {self.folder}/data -w -t 600 -l {log}".split(), "-o", options, "start"
        )

    @property
    def pid(self) -> int:
        """Of the process that all others of the server are children of."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def stop(self, how: str = "immediate") -> None:
        """`immediate` is what a crash is to its clients."""
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-m", how, "stop")

    def end(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def create(self, template: str | None = None) -> str:
        """Makes a database, a copy of the template if one is named; returns its name."""
        name = f"t{next(self._numbers)}"
        self._sql("postgres", f"CREATE DATABASE {name} TEMPLATE {template or 'template0'}")
        return name

    def lend(self) -> str:
        """A database with every table and no rows, to be given to `take_back`; returns its name,
        which none had before: programs remember things by a database's address."""
        if not self._empty:
            return self.create(_migrated_name(self))
        name = f"t{next(self._numbers)}"
        self._sql("postgres", f"ALTER DATABASE {self._empty.pop()} RENAME TO {name}")
        return name

    def take_back(self, name: str) -> None:
        """Cuts who is still connected, and empties the database for the next who asks; one whose
        tables are not as they were made is dropped."""
        import psycopg

        with self._connected(name) as connection:
            connection.execute(_ALONE)
            try:
                as_made = connection.execute(_SCHEMA).fetchone() == _migrated_schema(self)
            except psycopg.errors.UndefinedTable:
                as_made = False
            if as_made:
                _empty(connection)
        if as_made:
            self._empty.append(name)
        else:
            self.drop(name)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def drop(self, name: str) -> None:
        """Cuts who is still connected."""
        self._sql("postgres", f"DROP DATABASE {name} WITH (FORCE)")

    def _sql(self, database: str, statement: str) -> None:
        with self._connected(database) as connection:
            connection.execute(statement.encode())

    def _connected(self, database: str) -> psycopg.Connection[Any]:
        import psycopg

        return psycopg.connect(
            host=str(self.folder), user="postgres", dbname=database, autocommit=True
        )

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            user=self._owner,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr.decode()}")


def _owner() -> str | None:
    """Whom the server belongs to; None: whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _OWNERS if name in known)
