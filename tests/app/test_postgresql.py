"""What only PostgreSQL has: a server that goes away, rows that are locked one by one, a dump."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from app.services.annotation.annotation import AnnotationService
from app.services.operations.backup import back_up
from app.services.operations.restore import RestoreError, restore
from app.services.operations.startup import open_database
from app.settings import Settings
from storage.database_errors import problem_of
from storage.engine import create_engine_from, session_factory, writing
from storage.repository import documents, projects
from tests import databases
from tests.operation_log import last_seq

pytestmark = pytest.mark.postgresql


def _add(service: AnnotationService, document: int, seq: int) -> int | None:
    add = {"op": "add", "id": f"s{seq}", "start": seq, "end": seq + 1, "label": "PER"}
    return service.apply(document, "page", [{"seq": seq, **add}], "Ada").ack


@pytest.fixture
def document_ids(sessions: sessionmaker[Session]) -> list[int]:
    with writing(sessions) as session:
        project = projects.create(session, "P")
        projects.ensure_labels(session, project.id, ["PER"])
        made = [documents.add(session, project.id, name=n, text=n * 99) for n in "ab"]
        return [item.id for item in made if item is not None]


def test_after_a_crash_of_the_server_the_page_finds_it_again(
    sessions: sessionmaker[Session], document_ids: list[int]
) -> None:
    service = AnnotationService(sessions)
    assert _add(service, document_ids[0], 1) == 1
    server = databases.Server.running()
    server.stop()
    with pytest.raises(OperationalError) as raised:
        _add(service, document_ids[0], 2)
    assert problem_of(raised.value).what == "the database server does not respond"

    server.start()
    assert _add(service, document_ids[0], 2) == 2
    with sessions() as session:
        assert last_seq(session, "page") == 2


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"database": "nowhere"}, "the database server has no database of this name"),
        ({"username": "nobody"}, "the database server refuses the user or the password"),
        ({"query": {"host": "/nowhere"}}, "the database server does not respond"),
    ],
)
def test_why_no_connection_is_made_is_told_as_what_it_is(
    database_url: str, changed: Mapping[str, Any], what: str
) -> None:
    engine = create_engine(make_url(database_url).set(**changed))
    with pytest.raises(OperationalError) as raised:
        engine.connect()
    assert problem_of(raised.value).what == what


@pytest.mark.parametrize(
    ("message", "what"),
    [
        (
            "failed to resolve host 'db.invalid': [Errno -2] Name or service not known",
            "the name of the database server is not known to DNS",
        ),
        (
            'connection failed: FATAL:  password authentication failed for user "ada"',
            "the database server refuses the user or the password",
        ),
        (
            'connection failed: FATAL:  no pg_hba.conf entry for host "10.0.0.7", user "ada"',
            "the database server refuses the user or the password",
        ),
        (
            "connection failed: FATAL:  sorry, too many clients already",
            "the database has too many connections",
        ),
        (
            "connection failed: FATAL:  the database system is starting up",
            "the database server does not respond",
        ),
    ],
)
def test_what_the_server_says_of_a_connection_is_told_in_plain_words(
    message: str, what: str
) -> None:
    error = OperationalError(None, None, Exception(message))
    assert problem_of(error).what == what


def test_who_works_on_one_document_does_not_wait_for_who_works_on_another(
    sessions: sessionmaker[Session], document_ids: list[int]
) -> None:
    done = threading.Event()
    first, other = document_ids

    def task() -> None:
        _add(AnnotationService(sessions), other, 1)
        done.set()

    with writing(sessions, beside_others=True) as session:
        documents.lock(session, first)
        worker = threading.Thread(target=task)
        worker.start()
        assert done.wait(20)
    worker.join()


def test_a_lock_that_is_held_too_long_is_told_as_one(
    sessions: sessionmaker[Session], document_ids: list[int]
) -> None:
    with writing(sessions) as session:
        documents.lock(session, document_ids[0])
        with writing(sessions, beside_others=True) as late:
            late.execute(text("SET LOCAL lock_timeout = 50"))
            with pytest.raises(OperationalError) as raised:
                documents.lock(late, document_ids[0])
            late.rollback()
    assert "kept the database locked" in problem_of(raised.value).what


def full_disk(*_: object) -> None:
    raise OSError("No space left on device")


def test_a_backup_comes_back_and_what_was_there_is_moved_aside(
    database_url: str,
    sessions: sessionmaker[Session],
    document_ids: list[int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = {"SPANNEAL_DATA": str(tmp_path / "data"), "SPANNEAL_DATABASE": database_url}
    settings = Settings.from_environment(given)
    assert _add(AnnotationService(sessions), document_ids[0], 1) == 1
    manifest = back_up(settings, tmp_path / "b.zip")
    assert manifest.counts["operations"] == 1
    with writing(sessions) as session:
        projects.create(session, "Later")
    sessions.kw["bind"].dispose()

    with pytest.raises(RestoreError, match="--force"):
        restore(tmp_path / "b.zip", settings)
    with sessions() as session:
        projects.every(session)
        with pytest.raises(RestoreError, match="another program is using"):
            restore(tmp_path / "b.zip", settings, force=True)
    sessions.kw["bind"].dispose()
    with monkeypatch.context() as broken:
        broken.setattr("app.services.operations.restore.upgrade", full_disk)
        with pytest.raises(OSError, match="No space left"):
            restore(tmp_path / "b.zip", settings, force=True)
    with sessions() as session:
        assert {project.name for project in projects.every(session)} == {"P", "Later"}
    sessions.kw["bind"].dispose()
    restored = restore(tmp_path / "b.zip", settings, force=True)

    assert restored.aside is not None
    back = open_database(settings)
    with back() as session:
        assert [project.name for project in projects.every(session)] == ["P"]
        assert last_seq(session, "page") == 1
        named = session.scalars(text(f'SELECT name FROM "{restored.aside.name}-public".projects'))
        assert set(named) == {"P", "Later"}
    assert _add(AnnotationService(back), document_ids[0], 2) == 2
    back.kw["bind"].dispose()


def test_a_dump_of_postgresql_does_not_go_into_sqlite(
    database_url: str, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    given = {"SPANNEAL_DATA": str(tmp_path / "data")}
    postgresql = Settings.from_environment({**given, "SPANNEAL_DATABASE": database_url})
    back_up(postgresql, tmp_path / "b.zip")
    with pytest.raises(RestoreError, match="of postgresql and SPANNEAL_DATABASE is sqlite"):
        restore(tmp_path / "b.zip", Settings.from_environment(given))


def test_connections_say_times_in_utc(database_url: str) -> None:
    engine = create_engine_from(database_url)
    with session_factory(engine)() as session:
        assert session.scalar(text("SHOW timezone")) == "UTC"
    engine.dispose()
