"""A restore killed at any moment leaves the old work, or the new, or a start that refuses."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from app.__main__ import main
from app.services.operations.backup import back_up
from app.services.operations.restore import restore, undo
from app.services.operations.scratch import scratch_folder
from app.services.operations.startup import open_database, prepare
from app.services.operations.unfinished_restore import NAME, UnfinishedRestoreError
from app.services.retraining.jobs import prepare_database
from app.settings import Settings
from storage import database_copy
from storage.engine import session_factory, writing
from storage.repository import projects
from tests.app.material import environment_in, new_project, settings_in

RENAMES = ("rename", "replace")
COMMANDS: dict[str, list[str]] = {
    "serve": [],
    "worker": [],
    "import": [__file__, "--project", "News"],
    "export": ["--project", "News", "--format", "jsonl"],
    "retrain": ["--project", "News"],
    "users": ["list"],
    "token": ["list"],
    "assign": ["--project", "News"],
    "agreement": ["--project", "News"],
    "backup": [],
    "move": ["--to", "postgresql://host/name"],
    "preannotate": ["News"],
    "compare": ["--project", "News", "1", "2"],
    "model": ["export", "1", "folder"],
    "promote": ["1"],
    "rollback": [],
}
CHANGES = (*RENAMES, "unlink", "rmdir", "mkdir")
"""What the operating system is asked for while files are put in place."""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("SPANNEAL_AUTH", raising=False)
    return settings_in(tmp_path)


@pytest.fixture
def archive(settings: Settings, tmp_path: Path) -> Path:
    """A backup of a project `News` and a job; the data folder has another project, `Later`."""
    sessions = open_database(settings)
    new_project(sessions, filled=False)
    prepare_database(settings.jobs)
    for folder in ("models/a", "jobs/a"):
        (settings.data / folder).mkdir(parents=True)
        (settings.data / folder / "file").write_text("backed up")
    out = tmp_path / "backup.zip"
    back_up(settings, out)
    with writing(sessions) as session:
        projects.create(session, "Later")
    sessions.kw["bind"].dispose()
    (settings.data / "jobs" / "a" / "file").write_text("later")
    return out


def names(settings: Settings) -> list[str]:
    sessions = open_database(settings)
    with sessions() as session:
        known = [project.name for project in projects.every(session)]
    sessions.kw["bind"].dispose()
    return known


def work_of(settings: Settings) -> dict[str, object]:
    """What lies in the data folder, scratch folders left out."""
    return {
        str(path.relative_to(settings.data)): _content(path)
        for path in settings.data.rglob("*")
        if path.is_file() and not path.relative_to(settings.data).parts[0].startswith(".")
    }


def _content(path: Path) -> object:
    if path.suffix != ".db":
        return path.read_bytes()
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def at_the(
    number: int,
    calls: tuple[str, ...],
    happens: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> list[str]:
    """Lets `happens` come before the given one of all such calls, counted from 1; the list that it
    returns holds the call once it was reached."""
    counted = 0
    reached: list[str] = []

    def before(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **more: Any) -> Any:
            nonlocal counted
            counted += 1
            if counted == number:
                reached.append(name)
                happens()
            return real(*given, **more)

        return call

    for name in calls:
        monkeypatch.setattr(os, name, before(name, getattr(os, name)))
    return reached


def refuse() -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def killed(action: Callable[[], object], number: int, calls: tuple[str, ...]) -> bool:
    """Does it in a process that ends at the given call as if killed; whether it came to that."""
    pid = os.fork()
    if pid == 0:
        try:
            at_the(number, calls, lambda: os._exit(9), pytest.MonkeyPatch())
            action()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9


def every_moment(limit: int = 200) -> Iterator[int]:
    yield from range(1, limit)
    raise AssertionError("it never came to an end")


@pytest.mark.parametrize(
    "calls", [RENAMES, pytest.param(CHANGES, marks=pytest.mark.thorough)], ids=["renames", "all"]
)
def test_a_kill_at_any_moment_leaves_the_old_work_or_a_start_that_refuses(
    settings: Settings, archive: Path, calls: tuple[str, ...]
) -> None:
    before = work_of(settings)
    for moment in every_moment():
        if not killed(lambda: restore(archive, settings, force=True), moment, calls):
            break
        if (settings.data / NAME).exists():
            with pytest.raises(UnfinishedRestoreError, match=r"restore --undo"):
                open_database(settings)
            assert undo(settings) is not None
        assert work_of(settings) == before, moment
        assert names(settings) == ["News", "Later"]
    assert moment > 8
    assert names(settings) == ["News"]


def test_an_undo_that_is_killed_can_be_done_again(
    settings: Settings, archive: Path, tmp_path: Path
) -> None:
    before, unfinished = work_of(settings), tmp_path / "unfinished"
    for moment in every_moment():
        shutil.copytree(settings.data, tmp_path / str(moment))
        if not killed(lambda: restore(archive, settings, force=True), moment, RENAMES):
            break
        if (settings.data / NAME).exists():
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.copytree(settings.data, unfinished)
            undo(settings)
    for moment in every_moment():
        shutil.rmtree(settings.data)
        shutil.copytree(unfinished, settings.data)
        reached = killed(lambda: undo(settings), moment, CHANGES)
        if (settings.data / NAME).exists():
            undo(settings)
        assert work_of(settings) == before, moment
        if not reached:
            break
    assert moment > 4


@pytest.mark.parametrize("force", [True, False])
def test_an_error_at_any_rename_leaves_everything_as_it_was(
    settings: Settings, archive: Path, force: bool, tmp_path: Path
) -> None:
    template = tmp_path / "template"
    shutil.copytree(settings.data, template)
    if not force:
        shutil.rmtree(template)
        template.mkdir()
    for moment in every_moment():
        shutil.rmtree(settings.data)
        shutil.copytree(template, settings.data)
        before = work_of(settings)
        with pytest.MonkeyPatch.context() as patch:
            reached = at_the(moment, RENAMES, refuse, patch)
            try:
                restore(archive, settings, force=force)
            except OSError:
                assert work_of(settings) == before, moment
            else:
                assert names(settings) == ["News"]  # a copy did what the rename could not
        if not reached:
            break
    assert moment > 4
    assert names(settings) == ["News"]


def test_every_command_refuses_to_begin_anew_beside_an_unfinished_restore(
    settings: Settings, archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    killed(lambda: restore(archive, settings, force=True), 4, RENAMES)
    before = work_of(settings)
    for verb, arguments in COMMANDS.items():
        assert main([verb, *arguments]) == 1, verb
        captured = capsys.readouterr().err
        assert f"{archive}, begun" in captured
        assert "python -m app restore --undo" in captured
    assert work_of(settings) == before
    assert main(["restore", "--undo"]) == 0
    assert "everything is as it was" in capsys.readouterr().out
    assert names(settings) == ["News", "Later"]
    assert main(["restore", "--undo"]) == 1
    assert "was interrupted" in capsys.readouterr().err


def test_another_restore_first_undoes_the_unfinished_one(settings: Settings, archive: Path) -> None:
    killed(lambda: restore(archive, settings, force=True), 6, RENAMES)
    restored = restore(archive, settings, force=True)

    assert names(settings) == ["News"]
    assert restored.aside is not None
    with closing(sqlite3.connect(restored.aside / "spanneal.db")) as old:
        assert old.execute("SELECT name FROM projects ORDER BY id").fetchall() == [
            ("News",),
            ("Later",),
        ]


def test_scratch_folders_that_a_kill_left_are_removed_and_those_in_use_are_not(
    settings: Settings, tmp_path: Path
) -> None:
    settings.data.mkdir()
    for name in (".restore-killed", ".backup-killed"):
        (settings.data / name).mkdir()
        (settings.data / name / "documents.db").write_text("half")
    with scratch_folder(settings.data, ".restore-") as used:
        prepare(settings).sessions.kw["bind"].dispose()
        hidden = {path.name for path in settings.data.iterdir() if path.name.startswith(".")}
        assert hidden == {used.name}
    assert not used.exists()


def test_a_folder_of_a_persons_own_beside_a_backup_is_left_alone(
    settings: Settings, tmp_path: Path
) -> None:
    mine = tmp_path / "home" / ".backup-2019"
    mine.mkdir(parents=True)
    (mine / "thesis.txt").write_text("mine")
    prepare(settings).sessions.kw["bind"].dispose()
    back_up(settings, mine.parent / "backup.zip")

    assert {path.name for path in mine.parent.iterdir()} == {"backup.zip", ".backup-2019"}
    assert (mine / "thesis.txt").read_text() == "mine"


@pytest.mark.postgresql
def test_a_restore_killed_on_postgresql_can_be_undone_and_nothing_begins_anew(
    database_url: str, engine: Engine, tmp_path: Path
) -> None:
    sessions = session_factory(engine)
    new_project(sessions, filled=False)
    environment = {"SPANNEAL_DATA": str(tmp_path / "data"), "SPANNEAL_DATABASE": database_url}
    here = Settings.from_environment(environment)
    elsewhere = Settings.from_environment({**environment, "SPANNEAL_DATA": str(tmp_path / "x")})
    here.data.mkdir()
    archive = tmp_path / "backup.zip"
    back_up(here, archive)
    with writing(sessions) as session:
        projects.create(session, "Later")
    engine.dispose()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database_copy, "put", lambda *_: os._exit(9))
        assert killed(lambda: restore(archive, here, force=True), 10**6, RENAMES)
    for settings in (here, elsewhere):
        with pytest.raises(UnfinishedRestoreError, match=r"before-.*--undo"):
            open_database(settings)
    assert undo(here) is not None
    assert names(here) == ["News", "Later"]
