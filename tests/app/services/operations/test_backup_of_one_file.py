"""Documents and jobs in one SQLite file: backed up once, and never put over each other."""

from __future__ import annotations

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from app.services.operations.backup import back_up
from app.services.operations.restore import RestoreError, restore
from app.services.operations.startup import open_database
from app.settings import Settings
from storage.engine import Sessions
from storage.repository import projects
from tests.app.material import new_project

pytestmark = pytest.mark.sqlite
JOBS_TABLE = "CREATE TABLE workflow_status (workflow_uuid TEXT, serialization TEXT)"
"""As much of DBOS's as a backup looks at."""


def settings_of(folder: Path, *, in_one_file: bool) -> Settings:
    """`in_one_file`: one file, by two spellings."""
    url = f"sqlite:///{folder / 'x' / '..' / 'spanneal.db'}"
    more = {"SPANNEAL_JOBS": url} if in_one_file else {}
    return Settings.from_environment({"SPANNEAL_DATA": str(folder), **more})


def filled(settings: Settings) -> None:
    """A project, and one job."""
    (settings.data / "x").mkdir(parents=True, exist_ok=True)
    sessions = open_database(settings)
    new_project(sessions, filled=False)
    sessions.kw["bind"].dispose()
    with closing(sqlite3.connect(settings.jobs.removeprefix("sqlite:///"))) as jobs, jobs:
        jobs.execute(JOBS_TABLE)
        jobs.execute("INSERT INTO workflow_status VALUES ('job 1', 'portable_json')")


def names(sessions: Sessions) -> list[str]:
    with sessions() as session:
        result = [project.name for project in projects.every(session)]
    sessions.kw["bind"].dispose()
    return result


def jobs_of(settings: Settings) -> list[str]:
    path = settings.jobs.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as jobs:
        return [row[0] for row in jobs.execute("SELECT workflow_uuid FROM workflow_status")]


@pytest.mark.parametrize("in_one_file", [True, False])
def test_one_file_is_in_a_backup_once_and_comes_back_in_one_or_two(
    tmp_path: Path, in_one_file: bool
) -> None:
    filled(single := settings_of(tmp_path / "one", in_one_file=True))
    back_up(single, tmp_path / "backup.zip")
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        assert archive.namelist() == ["documents.db", "manifest.json"]

    new = settings_of(tmp_path / "new", in_one_file=in_one_file)
    restore(tmp_path / "backup.zip", new)

    (tmp_path / "new" / "x").mkdir(exist_ok=True)
    assert names(open_database(new)) == ["News"]
    assert jobs_of(new) == ["job 1"]


def test_a_backup_of_two_files_does_not_become_one(tmp_path: Path) -> None:
    filled(separate := settings_of(tmp_path / "two", in_one_file=False))
    back_up(separate, tmp_path / "backup.zip")
    filled(single := settings_of(tmp_path / "one", in_one_file=True))

    with pytest.raises(RestoreError, match=r"in two files, and .* another file for SPANNEAL_JOBS"):
        restore(tmp_path / "backup.zip", single, force=True)

    assert names(open_database(single)) == ["News"]
    assert jobs_of(single) == ["job 1"]


def test_an_older_backup_that_holds_one_file_twice_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(single := settings_of(tmp_path / "one", in_one_file=True))
    with monkeypatch.context() as older:
        older.setattr("storage.database_copy.same_file", lambda url, other: False)
        back_up(single, tmp_path / "backup.zip")

    new = settings_of(tmp_path / "new", in_one_file=True)
    restore(tmp_path / "backup.zip", new)

    (tmp_path / "new" / "x").mkdir(exist_ok=True)
    assert names(open_database(new)) == ["News"]
    assert jobs_of(new) == ["job 1"]
