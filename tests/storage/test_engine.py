"""One URL, safe for several processes."""

from __future__ import annotations

import inspect
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError, NoSuchModuleError
from sqlalchemy.orm import Session, sessionmaker

import storage.engine
from storage.engine import create_engine_from, upgrade, writing
from storage.models import Label, Project
from storage.repository import projects

pytestmark = pytest.mark.both_databases

ROOT = Path(__file__).resolve().parents[2]
STARTS = """
from storage.engine import create_engine_from, upgrade
upgrade(create_engine_from({url!r}))
"""


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("foreign_keys", 1), ("busy_timeout", 30_000), ("synchronous", 2)],
)
def test_sqlite_is_set_up_to_be_shared_and_durable(
    database_url: str, monkeypatch: pytest.MonkeyPatch, pragma: str, value: object
) -> None:
    as_it_is = inspect.unwrap(storage.engine._prepare_sqlite)  # see `quick_commits`
    monkeypatch.setattr("storage.engine._prepare_sqlite", as_it_is)
    engine = create_engine_from(database_url)
    with engine.connect() as connection:
        assert connection.execute(text(f"PRAGMA {pragma}")).scalar_one() == value
    engine.dispose()


def test_the_folder_of_the_database_is_created(tmp_path: Path) -> None:
    engine = create_engine_from(f"sqlite:///{tmp_path}/new/folder/x.db")
    upgrade(engine)
    engine.dispose()

    assert (tmp_path / "new" / "folder" / "x.db").is_file()


def test_a_database_in_memory_works_too() -> None:
    engine = create_engine_from("sqlite://")
    upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM projects")).scalar_one() == 0
    engine.dispose()


def test_a_url_of_another_database_is_passed_on() -> None:
    with pytest.raises(NoSuchModuleError, match="no_such_driver"):
        create_engine_from("postgresql+no_such_driver://host/name")


def test_two_processes_can_start_at_once_on_a_new_database(tmp_path: Path) -> None:
    code = STARTS.format(url=f"sqlite:///{tmp_path}/x.db")
    started = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    errors = [process.communicate()[1].decode() for process in started]

    assert [process.returncode for process in started] == [0, 0, 0], errors


def test_what_is_raised_while_writing_undoes_everything(sessions: sessionmaker[Session]) -> None:
    def fail_halfway() -> None:
        with writing(sessions) as session:
            projects.create(session, "Half")
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        fail_halfway()
    with sessions() as session:
        assert projects.every(session) == []


def test_writers_that_read_first_wait_for_each_other(sessions: sessionmaker[Session]) -> None:
    """Without the write lock from the start, all but one would fail: "database is locked"."""
    failures: list[Exception] = []

    def count_up() -> None:
        try:
            for _ in range(10):
                with writing(sessions) as session:
                    projects.create(session, f"number {len(projects.every(session))}")
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with sessions() as session:
        names = [project.name for project in projects.every(session)]
    assert names == [f"number {number}" for number in range(40)]


def test_a_reader_is_not_held_up_by_a_writer(sessions: sessionmaker[Session]) -> None:
    with writing(sessions) as session:
        projects.create(session, "In the making")
        with sessions() as reader:
            assert projects.every(reader) == []


@pytest.mark.parametrize(
    "colour", ["red;background:url(//x)", "#12345", "#12345g", "123456#", "#1234567"]
)
def test_the_database_itself_refuses_a_colour_that_is_not_hex(
    sessions: sessionmaker[Session], colour: str
) -> None:
    with writing(sessions) as session:
        project = projects.create(session, "P")
    with pytest.raises((IntegrityError, DataError)), writing(sessions) as session:
        session.add(Label(project_id=project.id, name="X", color=colour, position=0))


def test_times_come_back_in_utc(sessions: sessionmaker[Session]) -> None:
    with writing(sessions) as session:
        created = projects.create(session, "P").created_at
    with sessions() as session:
        stored = session.get_one(Project, 1).created_at

    assert stored == created
    assert stored.utcoffset() is not None
    assert stored.utcoffset().total_seconds() == 0  # type: ignore[union-attr]


@pytest.mark.sqlite
def test_who_waits_to_write_keeps_no_connection_from_who_reads(
    sessions: sessionmaker[Session],
) -> None:
    pool = sessions.kw["bind"].pool
    with ThreadPoolExecutor(4) as others:
        with writing(sessions):
            waiting = [others.submit(_write, sessions) for _ in range(4)]
            assert wait(waiting, timeout=0.2).done == set()
            assert pool.checkedout() == 1
        assert [item.result() for item in waiting] == [1] * 4


def _write(sessions: sessionmaker[Session]) -> int:
    with writing(sessions) as session:
        return session.scalar(text("SELECT 1"))
