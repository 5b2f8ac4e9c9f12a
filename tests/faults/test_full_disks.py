"""A database that cannot be written to: nothing half-written, nothing lost, and a clear word."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from app.services.annotation.annotation import AnnotationService
from storage.database_errors import problem_of
from storage.engine import create_engine_from, session_factory, upgrade, writing
from storage.repository import projects
from tests.faults.killing import Outcome, examine, seeded_project
from tests.operation_log import last_seq

pytestmark = pytest.mark.sqlite
CLIENT = "page"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here; it takes root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def _few_pages(engine: Engine, more: int) -> Iterator[None]:
    """The database may not grow by more than so many pages."""

    def limit(connection: object, pages: str) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}").close()  # type: ignore[attr-defined]

    def at_checkout(connection: object, *_: object) -> None:
        limit(connection, str(pages))

    with engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one() + more
    event.listen(engine, "checkout", at_checkout)
    yield
    event.remove(engine, "checkout", at_checkout)
    with engine.connect() as connection:
        limit(connection.connection.driver_connection, "1073741823")


def _until_full(service: AnnotationService, document: int) -> tuple[int, OperationalError]:
    """Adds span after span; how many were acknowledged when the first one failed."""
    for seq in range(1, 20_000):
        try:
            assert _add(service, document, seq) == seq
        except OperationalError as error:
            return seq - 1, error
    raise AssertionError("it never became full")


def _add(service: AnnotationService, document: int, seq: int) -> int | None:
    add = {"op": "add", "id": f"s{seq}", "start": seq % 900, "end": seq % 900 + 9, "label": "PER"}
    return service.apply(document, CLIENT, [{"seq": seq, **add}], "Ada").ack


def _check(sessions: sessionmaker[Session], acknowledged: int) -> None:
    with sessions() as session:
        assert last_seq(session, CLIENT) == acknowledged
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
    outcome = examine(sessions, {CLIENT: acknowledged}, Outcome())
    assert (outcome.lost, outcome.doubled, outcome.torn) == (0, 0, [])


def _goes_on(sessions: sessionmaker[Session], document: int, acknowledged: int) -> None:
    """What failed is sent again, and is there once."""
    service = AnnotationService(sessions)
    for seq in (acknowledged + 1, acknowledged + 1, acknowledged + 2):
        _add(service, document, seq)
    _check(sessions, acknowledged + 2)


def test_a_full_disk_keeps_what_was_acknowledged_and_takes_the_rest_once_there_is_room(
    small_disk: Path,
) -> None:
    engine = create_engine_from(f"sqlite:///{small_disk}/x.db")
    upgrade(engine)
    sessions = session_factory(engine)
    document, *_ = seeded_project(sessions, 2)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(small_disk).free - 300_000))
    with suppress(OSError):
        acknowledged, error = _until_full(AnnotationService(sessions), document)
    assert problem_of(error).what == "the database’s disk is full"
    _check(sessions, acknowledged)

    ballast.unlink()
    _goes_on(sessions, document, acknowledged)
    engine.dispose()


def test_a_disk_that_becomes_read_only_takes_nothing_until_it_is_writable(small_disk: Path) -> None:
    engine = create_engine_from(f"sqlite:///{small_disk}/x.db")
    upgrade(engine)
    sessions = session_factory(engine)
    document, *_ = seeded_project(sessions, 2)
    service = AnnotationService(sessions)
    assert _add(service, document, 1) == 1
    engine.dispose()  # or the kernel keeps the disk writable for who writes to it
    _remount(small_disk, "ro")
    for _ in range(3):
        with pytest.raises(OperationalError) as raised:
            _add(service, document, 2)
        reported = problem_of(raised.value)
        assert reported.what in (
            "the database file cannot be opened",
            "the database cannot be written to",
        )
        assert "write" in reported.remedy

    _remount(small_disk, "rw")
    _goes_on(sessions, document, 1)
    engine.dispose()


def _remount(folder: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)


def test_a_database_that_may_not_grow_keeps_what_was_acknowledged(
    engine: Engine, sessions: sessionmaker[Session]
) -> None:
    document, *_ = seeded_project(sessions, 2)
    with _few_pages(engine, more=2):
        acknowledged, error = _until_full(AnnotationService(sessions), document)
        assert problem_of(error).what == "the database’s disk is full"
        _check(sessions, acknowledged)
    _goes_on(sessions, document, acknowledged)


def _gone(path: Path) -> None:
    path.rename(path.with_name("elsewhere.db"))


def _back(path: Path) -> None:
    path.with_name("elsewhere.db").rename(path)


def _replaced(path: Path) -> None:
    shutil.copy(path, path.with_name("copy.db"))
    path.with_name("copy.db").replace(path)


def test_a_database_whose_file_is_taken_away_takes_nothing_until_it_is_back(
    engine: Engine, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    document, *_ = seeded_project(sessions, 2)
    service = AnnotationService(sessions)
    assert _add(service, document, 1) == 1
    path = tmp_path / "spanneal.db"
    _gone(path)
    for _ in range(20):  # more than the pool holds: a new connection makes no new file
        with pytest.raises(OperationalError, match="moved or removed") as raised:
            _add(service, document, 2)
    assert problem_of(raised.value).what == "the database file is missing"
    assert not path.exists()

    _back(path)
    assert _add(service, document, 2) == 2
    _check(sessions, 2)


def test_a_database_whose_file_is_replaced_is_opened_anew(
    engine: Engine, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    document, *_ = seeded_project(sessions, 2)
    with engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    _replaced(tmp_path / "spanneal.db")

    assert _add(AnnotationService(sessions), document, 1) == 1
    other = create_engine_from(f"sqlite:///{tmp_path}/spanneal.db")
    with session_factory(other)() as session:
        assert last_seq(session, CLIENT) == 1
    other.dispose()


def _read_only(engine: Engine) -> Callable[[], None]:
    def forbid(connection: object, *_: object) -> None:
        connection.execute("PRAGMA query_only = ON").close()  # type: ignore[attr-defined]

    event.listen(engine, "checkout", forbid)
    return lambda: event.remove(engine, "checkout", forbid)


def test_what_is_wrong_is_said_in_plain_words(
    engine: Engine, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    def reported() -> str:
        with pytest.raises(OperationalError) as raised, writing(sessions) as session:
            projects.create(session, "P")
        return problem_of(raised.value).what

    undo = _read_only(engine)
    assert reported() == "the database cannot be written to"
    undo()
    engine.dispose()

    monkeypatch.setattr("storage.engine.BUSY_TIMEOUT_MS", 10)
    other = create_engine_from(str(engine.url))
    with writing(session_factory(other)):
        assert reported() == "another process has kept the database locked for 30 seconds"
    other.dispose()
    with writing(sessions):
        assert reported() == "this server has been writing something else for 30 seconds"
    with writing(sessions) as session:
        session.execute(text("DROP TABLE logins"))
    with sessions() as session, pytest.raises(OperationalError) as raised:
        session.execute(text("SELECT * FROM logins"))
    assert problem_of(raised.value).what == "the database lacks the program’s tables"
