"""A whole database into one file and back, while others write: SQLite's online backup, pg_dump."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, make_url, text

from storage.database_errors import problem_of
from storage.engine import BUSY_TIMEOUT_MS, MIGRATIONS, create_engine_from

_GOING = 2.0
"""Seconds that PostgreSQL may take to end the sessions of a program that has ended."""
DOCUMENTS_SCHEMA, JOBS_SCHEMA = _SCHEMAS = ("public", "dbos")
"""Where our tables are in PostgreSQL, and those of the jobs: one database may hold both."""
_ASIDE = re.compile(rf"before-[\d-]+-({'|'.join(_SCHEMAS)})")
"""What `move_aside` calls them for a restore."""


class CopyError(RuntimeError):
    """What keeps a database from being copied or put in place, and what to do."""


def copy(url: str, out: Path, schema: str) -> None:
    """Writes a consistent copy of the database as it stands at one moment; nobody waits for it.

    Of PostgreSQL's it takes the schema; an SQLite file has only one. Raises `CopyError` for a
    database that is not there, or for PostgreSQL without its tools.
    """
    if _backend(url) == "sqlite":
        _copy_sqlite(_file(url), out)
    else:
        only = (f"--schema={schema}", f"--file={out}")
        _postgresql("pg_dump", url, "--format=custom", "--no-owner", *only)


def put(source: Path, url: str, schema: str) -> None:
    """Puts a copy where a database is to be: no file, or a PostgreSQL schema without tables.

    A dump may hold more than the schema, as those of older backups do: the rest stays in it.
    """
    if _backend(url) == "sqlite":
        _file(url).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source, _file(url))
    else:
        with _transaction(url) as connection:
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
        whole = ("--single-transaction", "--exit-on-error")
        _postgresql("pg_restore", url, "--no-owner", f"--schema={schema}", *whole, source)


def kind(url: str) -> str:
    """`sqlite` or `postgresql`. Raises `CopyError` for any other."""
    return _backend(url)


def check(source: Path) -> None:
    """Raises `CopyError` for an SQLite copy that is damaged."""
    with closing(sqlite3.connect(source)) as connection:
        try:
            result = connection.execute("PRAGMA integrity_check").fetchone()[0]
            dangling = connection.execute("PRAGMA foreign_key_check").fetchone()
        except sqlite3.DatabaseError as error:
            raise CopyError(f"the backup's database is damaged: {error}") from None
    if result != "ok" or dangling:
        raise CopyError(f"the backup's database is damaged: {dangling or result}")


def in_use(url: str) -> bool:
    """Whether some process has the SQLite file open, or anybody else is connected to PostgreSQL's
    database. If not, all of an SQLite database is in the one file now."""
    if _backend(url) == "postgresql":
        return _others_connected(url)
    if not files(url):
        return False
    with closing(sqlite3.connect(_file(url), timeout=1)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError:
            return True
        except sqlite3.DatabaseError:
            return False  # it is damaged: nobody works with it
    return False


def _others_connected(url: str) -> bool:
    """A connection that was just closed is given a moment to go."""
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    engine = create_engine_from(url)
    until = time.monotonic() + _GOING
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while found := bool(connection.execute(others).scalar_one()):
                if time.monotonic() > until:
                    break
                time.sleep(0.05)
            return found
    finally:
        engine.dispose()


def same_file(url: str, other: str) -> bool:
    """Whether both are SQLite's and lead to one file, however they are written."""
    if not _backend(url) == _backend(other) == "sqlite":
        return False
    return _file(url).resolve() == _file(other).resolve()


def has_table(source: Path, name: str) -> bool:
    """Whether an SQLite copy has the table. Raises `CopyError` for one that is damaged."""
    wanted = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
    with closing(sqlite3.connect(source)) as connection:
        try:
            return bool(connection.execute(wanted, (name,)).fetchone()[0])
        except sqlite3.DatabaseError as error:
            raise CopyError(f"the backup's database is damaged: {error}") from None


def occupied(url: str) -> bool:
    """Whether there is a database with something in it."""
    return bool(parts(url))


def holds(url: str, schema: str) -> bool:
    """Whether there is an SQLite file, or PostgreSQL's database has the schema."""
    if _backend(url) == "sqlite":
        return bool(files(url))
    with _transaction(url) as connection:
        return _has(connection, schema)


def parts(url: str) -> list[str]:
    """What `move_aside` takes out of the way: SQLite's files by name, PostgreSQL's schemas if one
    has tables."""
    if _backend(url) == "sqlite":
        return [path.name for path in files(url)]
    with _transaction(url) as connection:
        inspector = inspect(connection)
        present = [schema for schema in _SCHEMAS if inspector.has_schema(schema)]
        return present if any(map(inspector.get_table_names, present)) else []


def left_aside(url: str) -> list[str]:
    """The schemas that an interrupted restore moved aside in a PostgreSQL database without
    tables of its own."""
    if _backend(url) == "sqlite" or parts(url):
        return []
    with _transaction(url) as connection:
        return sorted(
            schema for schema in inspect(connection).get_schema_names() if _ASIDE.fullmatch(schema)
        )


def move_aside(url: str, folder: Path) -> None:
    """Takes a database out of the way: SQLite's files into the folder, PostgreSQL's schemas under
    the folder's name and their own."""
    if _backend(url) == "sqlite":
        for path in files(url):
            if (folder / path.name).exists():
                raise FileExistsError(f"{folder / path.name} is there already")
            path.rename(folder / path.name)
        return
    with _transaction(url) as connection:
        for schema in _SCHEMAS:
            if _has(connection, schema):
                connection.execute(
                    text(f'ALTER SCHEMA "{schema}" RENAME TO "{folder.name}-{schema}"')
                )
        connection.execute(text("CREATE SCHEMA public"))


def take_back(url: str, folder: Path, before: Sequence[str]) -> None:
    """Undoes `move_aside`, however far it came; what has been put there since is dropped.

    `before` is what `parts` was. May be done again if it was interrupted.
    """
    if _backend(url) == "sqlite":
        for path in _named(url):
            if (folder / path.name).exists():
                (folder / path.name).replace(path)
            elif path.name not in before:
                path.unlink(missing_ok=True)
        return
    with _transaction(url) as connection:
        for schema in _SCHEMAS:
            aside = f"{folder.name}-{schema}"
            moved = _has(connection, aside)
            if (moved or schema not in before) and _has(connection, schema):
                connection.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))
            if moved:
                connection.execute(text(f'ALTER SCHEMA "{aside}" RENAME TO "{schema}"'))
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS public"))


@contextmanager
def _transaction(url: str) -> Iterator[Connection]:
    engine = create_engine_from(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _has(connection: Connection, schema: str) -> bool:
    return schema in inspect(connection).get_schema_names()


def files(url: str) -> Sequence[Path]:
    """The files of an SQLite database that are there; none for PostgreSQL."""
    if _backend(url) != "sqlite":
        return ()
    return [path for path in _named(url) if path.exists()]


def _named(url: str) -> tuple[Path, ...]:
    """Where an SQLite database keeps its files, the database itself first."""
    path = _file(url)
    return tuple(path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm"))


def known_revisions() -> set[str]:
    """The schemas that this program can bring up to its own."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}


def _backend(url: str) -> str:
    name = make_url(url).get_backend_name()
    if name not in ("sqlite", "postgresql"):
        raise CopyError(f"only SQLite and PostgreSQL can be backed up from here, not {name}")
    return name


def _file(url: str) -> Path:
    path = make_url(url).database
    if not path or path == ":memory:":
        raise CopyError("a database in memory cannot be backed up; give it a file")
    return Path(path)


def _copy_sqlite(source: Path, out: Path) -> None:
    if not source.is_file():
        raise CopyError(f"there is no database {source}; is SPANNEAL_DATA set as for the page?")
    patience = BUSY_TIMEOUT_MS / 1000
    until = time.monotonic() + patience

    def give_up(status: int, _remaining: int, _total: int) -> None:
        """SQLite would try for ever to read what another program keeps locked."""
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > until:
            raise CopyError(
                f"another program has kept {source} locked for {patience:.0f} seconds; wait until "
                "it is done, or find and stop it, and try again"
            )

    try:
        with (
            closing(sqlite3.connect(source, timeout=patience)) as theirs,
            closing(sqlite3.connect(out)) as ours,
        ):
            theirs.backup(ours, progress=give_up)  # in one step: a snapshot, in WAL nobody waits
            ours.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        problem = problem_of(error)
        raise CopyError(f"{source} cannot be copied: {problem.what}. {problem.remedy}") from error


def _postgresql(program: str, url: str, *arguments: object) -> None:
    """Runs one of PostgreSQL's tools on the database; the password does not show in `ps`."""
    parsed = make_url(url)
    bare = parsed.set(drivername="postgresql", password=None)
    done = subprocess.run(
        [_tool(program), f"--dbname={bare.render_as_string()}", *map(str, arguments)],
        env={**os.environ, **({"PGPASSWORD": str(parsed.password)} if parsed.password else {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CopyError(f"{program} failed: {done.stderr.strip()[:2000]}")


def _tool(program: str) -> str:
    """On the PATH, or where Debian has it, the newest."""
    found = shutil.which(program)
    if found:
        return found
    candidates = Path("/usr/lib/postgresql").glob(f"*/bin/{program}")
    newest = max(candidates, key=lambda path: float(path.parts[-3]), default=None)
    if newest is None:
        raise CopyError(
            f"the database is PostgreSQL, and {program} is not installed; install PostgreSQL's "
            "client (on Debian: apt-get install postgresql-client) and try again"
        )
    return str(newest)
