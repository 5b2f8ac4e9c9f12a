"""Every command on a database that is damaged, newer, locked or closed, and on a full disk."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from app.__main__ import VERBS, main
from app.services.model_registry.registry import ModelRegistry
from app.services.operations.startup import open_database
from app.settings import Settings
from storage import engine as storage_engine
from tests.app.material import environment_in, new_project, pretend_model, settings_in
from tests.databases import copy_migrated

COMMANDS: dict[str, list[str]] = {
    "serve": ["serve"],
    "worker": ["worker"],
    "import": ["import", __file__, "--project", "News"],
    "export": ["export", "--project", "News", "--format", "jsonl"],
    "retrain": ["retrain", "--project", "News"],
    "users": ["users", "list"],
    "token": ["token", "create", "--name", "x"],
    "assign": ["assign", "--project", "News"],
    "agreement": ["agreement", "--project", "News"],
    "backup": ["backup"],
    "move": ["move", "--to", "postgresql+psycopg://localhost/none"],
    "preannotate": ["preannotate", "News"],
    "compare": ["compare", "--project", "News", "1", "2"],
    "model": ["model", "export", "1", "folder"],
    "promote": ["promote", "1"],
    "rollback": ["rollback"],
    "rules": ["rules", "list", "--project", "News"],
    "instant": ["instant", "--project", "News"],
}
WITHOUT_DATABASE = {"restore", "simulate"}
"""What puts another database in its place, and what makes its own."""
Spoil = Callable[[Path, pytest.MonkeyPatch, ExitStack], None]


def damaged(path: Path, patch: pytest.MonkeyPatch, end: ExitStack) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)


def no_database(path: Path, patch: pytest.MonkeyPatch, end: ExitStack) -> None:
    path.write_text("a note, and no database " * 100)


def newer(path: Path, patch: pytest.MonkeyPatch, end: ExitStack) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")


def locked(path: Path, patch: pytest.MonkeyPatch, end: ExitStack) -> None:
    for module in ("storage.engine", "storage.database_copy"):
        patch.setattr(f"{module}.BUSY_TIMEOUT_MS", 20)
    database = end.enter_context(closing(sqlite3.connect(path)))
    database.execute("PRAGMA locking_mode = EXCLUSIVE")
    database.execute("BEGIN EXCLUSIVE")


def closed(path: Path, patch: pytest.MonkeyPatch, end: ExitStack) -> None:
    """Even root cannot open a folder as a file."""
    path.unlink()
    path.mkdir()


def full(path: Path, patch: pytest.MonkeyPatch, end: ExitStack) -> None:
    """The tables are still to be made, and there is no room for them, nor for a folder."""
    prepare = storage_engine._prepare_sqlite

    def without_room(connection: Any, record: object) -> None:
        prepare(connection, record)
        connection.execute("PRAGMA max_page_count = 2").close()

    def refuse(name: str, *_: object, **__: object) -> None:
        if Path(name).exists():
            raise FileExistsError(name)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(name))

    patch.setattr(storage_engine, "_prepare_sqlite", without_room)
    patch.setattr(os, "mkdir", refuse)
    path.write_bytes(b"")


CASES: list[tuple[Spoil, str, str]] = [
    (damaged, "is damaged", "restore the newest backup"),
    (no_database, "is damaged", "restore the newest backup"),
    (newer, "newer version", "Update the program"),
    (locked, "locked", "find and stop it"),
    (closed, "cannot be opened", "may read and write it"),
    (full, "disk is full", "Free some space"),
]
OTHERWISE: dict[tuple[Spoil, str], tuple[str, str]] = {
    (locked, "move"): ("is using", "stop it"),
    (closed, "backup"): ("there is no database", "is SPANNEAL_DATA set as for the page?"),
}
TABLE = [
    pytest.param(
        verb, spoil, *OTHERWISE.get((spoil, verb), captured), id=f"{spoil.__name__}-{verb}"
    )
    for spoil, *captured in CASES
    for verb in COMMANDS
    if (spoil, verb) != (newer, "backup")  # which takes any schema
]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("SPANNEAL_AUTH", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("app.worker.workflow.os.nice", lambda _: 0)
    return settings_in(tmp_path)


def test_every_command_has_its_row() -> None:
    assert set(COMMANDS) | WITHOUT_DATABASE == set(VERBS)


@pytest.mark.parametrize(("verb", "spoil", "what", "remedy"), TABLE)
def test_a_command_that_cannot_use_the_database_says_so_once(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    verb: str,
    spoil: Spoil,
    what: str,
    remedy: str,
) -> None:
    copy_migrated(settings.data / "spanneal.db")
    with ExitStack() as end, monkeypatch.context() as patch:
        spoil(settings.data / "spanneal.db", patch, end)
        code = main(COMMANDS[verb])

    captured = capsys.readouterr()
    assert code == 1
    assert what in captured.err
    assert remedy in captured.err
    assert captured.err.startswith(f"{verb}: ")
    assert captured.err.count("\n") == 1
    assert "Traceback" not in captured.err + captured.out


@pytest.mark.parametrize("spoil", [damaged, no_database, newer])
def test_a_database_that_cannot_be_used_is_replaced_by_a_backup_and_kept_aside(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, spoil: Spoil
) -> None:
    copy_migrated(settings.data / "spanneal.db")
    assert main(["backup", "--out", "backup.zip"]) == 0
    with ExitStack() as end:
        spoil(settings.data / "spanneal.db", monkeypatch, end)
    content = (settings.data / "spanneal.db").read_bytes()

    assert main(["restore", "backup.zip", "--force"]) == 0
    assert main(["token", "list"]) == 0
    (aside,) = settings.data.glob("before-*/spanneal.db")
    assert spoil is newer or aside.read_bytes() == content


@pytest.mark.parametrize(("spoil", "what"), [(locked, "is using"), (full, "the disk is full")])
def test_a_restore_that_cannot_begin_says_why(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    spoil: Spoil,
    what: str,
) -> None:
    copy_migrated(settings.data / "spanneal.db")
    assert main(["backup", "--out", "backup.zip"]) == 0
    with ExitStack() as end, monkeypatch.context() as patch:
        spoil(settings.data / "spanneal.db", patch, end)
        assert main(["restore", "backup.zip", "--force"]) == 1

    captured = capsys.readouterr().err
    assert what in captured
    assert captured.count("\n") == 1


def test_a_restore_of_what_is_not_there_says_so(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["restore", "nowhere.zip"]) == 2
    assert "there is no such file or folder: nowhere.zip" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["serve", "worker", "retrain", "backup"])
@pytest.mark.parametrize("spoil", [damaged, no_database, locked, closed])
def test_a_command_that_cannot_use_the_jobs_names_their_database(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    verb: str,
    spoil: Spoil,
) -> None:
    new_project(open_database(settings))
    ModelRegistry(open_database(settings)).ensure_bundled(pretend_model(settings.model))
    copy_migrated(settings.data / "jobs.db")
    with ExitStack() as end, monkeypatch.context() as patch:
        spoil(settings.data / "jobs.db", patch, end)
        code = main(COMMANDS[verb])

    captured = capsys.readouterr().err
    assert code == 1
    assert "jobs.db" in captured
    assert captured.startswith(f"{verb}: ")
    assert captured.count("\n") == 1
