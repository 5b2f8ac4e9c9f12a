"""The database that tests run on: SQLite, or a PostgreSQL that is started for them.

`SPANNEAL_TEST_DATABASE=postgresql` chooses. The server listens on a socket in a temporary folder,
belongs to a user without rights where the tests run as root, and ends with them.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

POSTGRESQL = os.environ.get("SPANNEAL_TEST_DATABASE") == "postgresql"
_OWNERS = ("postgres", "nobody")


def url_in(folder: Path) -> str:
    """The URL of a database that belongs to this folder, empty at first."""
    if not POSTGRESQL:
        return f"sqlite:///{folder}/spanneal.db"
    return Server.running().database(str(folder))


def give_back(folder: Path) -> None:
    """The folder's database may be emptied, for another one."""
    if POSTGRESQL:
        Server.running().give_back(str(folder))


@cache
def binaries() -> Path | None:
    """Where PostgreSQL's programs are: on the PATH, or where Debian has them, the newest."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
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
        self._taken: dict[str, str] = {}
        self._free: list[str] = []
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

    def database(self, name: str) -> str:
        """The URL of the database of this name, empty at first: a new one, or one given back."""
        if name not in self._taken:
            if self._free:
                self._taken[name] = self._free.pop()
                self._empty(self._taken[name])
            else:
                self._taken[name] = f"t{len(self._taken)}"
                self._sql("postgres", f"CREATE DATABASE {self._taken[name]}")
        return f"postgresql+psycopg://postgres@/{self._taken[name]}?host={self.folder}"

    def give_back(self, name: str) -> None:
        if name in self._taken:
            self._free.append(self._taken.pop(name))

    def _empty(self, database: str) -> None:
        """Cuts who is still connected; a schema is made anew in a tenth of a database's time."""
        self._sql(
            "postgres",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'",
        )
        self._sql(database, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")

    def _sql(self, database: str, statement: str) -> None:
        import psycopg

        with psycopg.connect(
            host=str(self.folder), user="postgres", dbname=database, autocommit=True
        ) as connection:
            connection.execute(statement.encode())

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


if __name__ == "__main__":
    if binaries() is None:
        print(
            "PostgreSQL is not tested: there is no server here (on Debian: apt-get install "
            "postgresql)",
            file=sys.stderr,
        )
        sys.exit(1)
