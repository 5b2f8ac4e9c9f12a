"""A backup taken while people work holds what was saved, and comes back whole."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import sqlite3
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.__main__ import main
from app.services.annotation.annotation import AnnotationService
from app.services.model_registry.registry import ModelRegistry
from app.services.operations.backup import back_up
from app.services.operations.restore import RestoreError, restore
from app.services.operations.startup import open_database
from app.settings import Settings
from storage.database_copy import CopyError
from storage.engine import Sessions, writing
from storage.models import Operation
from storage.repository import documents, projects
from tests.app.material import environment_in, new_project, pretend_model, settings_in
from tests.operation_log import last_seq

pytestmark = pytest.mark.sqlite


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    return settings_in(tmp_path)


@pytest.fixture
def sessions(settings: Settings) -> Iterator[Sessions]:
    sessions = open_database(settings)
    new_project(sessions)
    trained = pretend_model(settings.data / "models" / "20260101-000000-abcdef")
    (trained / "model.safetensors").write_bytes(b"weights")
    with writing(sessions) as session:
        documents.add(session, 1, name="open", text="x" * 5000, split="train")
    ModelRegistry(sessions).ensure_bundled(trained)
    yield sessions
    sessions.kw["bind"].dispose()


def _count(sessions: Sessions) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(Operation)) or 0


class Writers:
    """People who add a span after the other, and remember what was acknowledged."""

    def __init__(self, sessions: Sessions, people: int) -> None:
        self._service = AnnotationService(sessions)
        self.acknowledged = {f"w{number}": 0 for number in range(people)}
        self.several = threading.Event()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(c,)) for c in self.acknowledged]

    def __enter__(self) -> Writers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _work(self, client: str) -> None:
        seq, personal = 0, int(client[1:])
        while not self._stop.is_set():
            seq += 1
            add = {"op": "add", "id": f"{client}.{seq}", "start": 3 * seq + personal}
            applied = self._service.apply(
                5,
                client,
                [{"seq": seq, **add, "end": 3 * seq + personal + 1, "label": "PER"}],
                client,
            )
            assert applied.error is None
            self.acknowledged[client] = applied.ack or 0
            if seq >= 3:
                self.several.set()


def test_a_backup_while_people_write_has_all_that_was_acknowledged_and_restores_to_an_app(
    settings: Settings, sessions: Sessions, tmp_path: Path
) -> None:
    archive = tmp_path / "backup.zip"
    with Writers(sessions, 3) as writers:
        assert writers.several.wait(60)
        before = dict(writers.acknowledged)
        manifest = back_up(settings, archive)
    assert manifest.counts["operations"] >= sum(before.values())

    new = Settings.from_environment({"SPANNEAL_DATA": str(tmp_path / "new")})
    assert restore(archive, new).aside is None
    back = open_database(new)
    with back() as session:
        for client, seq in before.items():
            assert (last_seq(session, client) or 0) >= seq
        project = projects.by_name(session, "News")
        assert project is not None
    assert _count(back) == manifest.counts["operations"]
    model = ModelRegistry(back).active()
    assert model is not None
    assert model.path == new.data / "models" / "20260101-000000-abcdef"
    assert (model.path / "model.safetensors").read_bytes() == b"weights"
    visible = AnnotationService(back).open(5, "Ada")
    assert len(visible.spans) == manifest.counts["operations"] == visible.version
    back.kw["bind"].dispose()


def _job(settings: Settings, name: str) -> Path:
    """The folder of a job whose training has written a model."""
    folder = settings.data / "jobs" / name
    (folder / "model" / "checkpoint").mkdir(parents=True)
    (folder / "train.jsonl").write_text("{}")
    (folder / "model" / "model.safetensors").write_bytes(name.encode())
    return folder


def test_a_model_that_is_trained_and_not_yet_registered_comes_back_and_an_unfinished_one_does_not(
    settings: Settings, sessions: Sessions, tmp_path: Path
) -> None:
    _job(settings, "unfinished")
    (_job(settings, "trained") / "trained.json").write_text("{}")
    moved = _job(settings, "moved")  # registered after the documents were copied
    (moved / "trained.json").write_text("{}")
    (moved / "model").rename(settings.data / "models" / "moved")
    done = _job(settings, "20260101-000000-abcdef")  # its model is a version
    (done / "trained.json").write_text("{}")
    shutil.rmtree(done / "model")

    back_up(settings, tmp_path / "b.zip")
    new = Settings.from_environment({"SPANNEAL_DATA": str(tmp_path / "new")})
    restore(tmp_path / "b.zip", new)

    jobs = new.data / "jobs"
    for name in ("trained", "moved"):
        assert (jobs / name / "model" / "model.safetensors").read_bytes() == name.encode()
    for name in ("unfinished", "20260101-000000-abcdef"):
        assert (jobs / name / "train.jsonl").is_file()
        assert not (jobs / name / "model").exists()


def test_restoring_never_overwrites(
    settings: Settings, sessions: Sessions, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "b.zip"
    assert main(["backup", "--out", str(archive)]) == 0
    assert "5 documents" in capsys.readouterr().out
    assert main(["backup", "--out", str(archive)]) == 1
    assert "already exists" in capsys.readouterr().err

    with sessions():
        pass
    assert main(["restore", str(archive)]) == 1
    assert "is using" in capsys.readouterr().err
    sessions.kw["bind"].dispose()
    assert main(["restore", str(archive)]) == 1
    assert "move its content aside with --force" in capsys.readouterr().err

    with writing(sessions) as session:
        projects.create(session, "Later")
    sessions.kw["bind"].dispose()
    assert main(["restore", str(archive), "--force"]) == 0
    captured = capsys.readouterr().out
    with sessions() as session:
        assert [project.name for project in projects.every(session)] == ["News"]
    aside = Path(re.search(r"previous data is in (.*)", captured)[1])  # type: ignore[index]
    with closing(sqlite3.connect(aside / "spanneal.db")) as old:
        named = old.execute("SELECT name FROM projects ORDER BY id").fetchall()
    assert named == [("News",), ("Later",)]
    assert (aside / "models").is_dir()


@pytest.mark.parametrize(
    "step",
    [
        "storage.database_copy.put",
        "app.services.operations.restore._move",
        "app.services.operations.restore.upgrade",
    ],
)
@pytest.mark.parametrize("occupied", [True, False])
def test_a_restore_that_breaks_off_leaves_everything_as_it_was(
    settings: Settings,
    sessions: Sessions,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    occupied: bool,
) -> None:
    archive = tmp_path / "b.zip"
    back_up(settings, archive)
    sessions.kw["bind"].dispose()
    if not occupied:
        shutil.rmtree(settings.data)
        settings.data.mkdir()
    before = _files(settings.data)

    with monkeypatch.context() as broken:
        broken.setattr(step, _full_disk)
        with pytest.raises(OSError, match="No space left"):
            restore(archive, settings, force=True)
    assert _files(settings.data) == before

    restore(archive, settings, force=True)
    with sessions() as session:
        assert [project.name for project in projects.every(session)] == ["News"]


def _full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _files(folder: Path) -> dict[str, object]:
    result = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): _content(path) for path in result}


def _content(path: Path) -> object:
    if path.suffix != ".db":
        return path.read_bytes()
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def _changed(archive: Path, name: str, data: bytes) -> Path:
    """The archive with one file replaced, its manifest as it was."""
    out = archive.with_name("changed.zip")
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(out, "w") as new:
        for item in old.namelist():
            new.writestr(item, data if item == name else old.read(item))
    return out


def test_a_damaged_or_foreign_archive_is_refused_and_nothing_is_touched(
    settings: Settings, sessions: Sessions, tmp_path: Path
) -> None:
    archive = tmp_path / "b.zip"
    back_up(settings, archive)
    new = Settings.from_environment({"SPANNEAL_DATA": str(tmp_path / "new")})
    with zipfile.ZipFile(archive) as opened:
        manifest = json.loads(opened.read("manifest.json"))
    evil = {**manifest, "files": {"../evil": {"sha256": "", "size": 1}}}
    newer = {**manifest, "schema": "9999"}
    for name, data, message in (
        ("documents.db", b"nonsense", "its hash differs"),
        ("manifest.json", json.dumps(evil).encode(), "names a file '../evil'"),
        ("manifest.json", json.dumps(newer).encode(), "newer version"),
        ("manifest.json", b"[]", "is not a backup"),
    ):
        with pytest.raises(RestoreError, match=message):
            restore(_changed(archive, name, data), new)
    (tmp_path / "text.zip").write_text("no archive")
    with pytest.raises(RestoreError, match="is not a backup"):
        restore(tmp_path / "text.zip", new)
    assert list(new.data.iterdir()) == []
    assert not (tmp_path / "evil").exists()


def test_a_backup_of_an_older_schema_is_brought_up(
    settings: Settings, sessions: Sessions, tmp_path: Path
) -> None:
    from storage.engine import create_engine_from, session_factory, upgrade

    old = Settings.from_environment({"SPANNEAL_DATA": str(tmp_path / "old")})
    engine = create_engine_from(old.database)
    upgrade(engine, "0002")
    engine.dispose()
    archive = tmp_path / "old.zip"
    assert back_up(old, archive).schema == "0002"

    new = Settings.from_environment({"SPANNEAL_DATA": str(tmp_path / "new")})
    restore(archive, new)
    engine = create_engine_from(new.database)
    with session_factory(engine)() as session:
        assert projects.every(session) == []
    engine.dispose()


def test_a_backup_of_nothing_says_where_it_looked(tmp_path: Path) -> None:
    nowhere = Settings.from_environment({"SPANNEAL_DATA": str(tmp_path / "nowhere")})
    with pytest.raises(CopyError, match=r"there is no database .*nowhere/spanneal\.db"):
        back_up(nowhere, tmp_path / "b.zip")
    assert list(tmp_path.iterdir()) == []


def test_without_postgresqls_tools_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database_copy.shutil.which", lambda name: None)
    monkeypatch.setattr("storage.database_copy.Path.glob", lambda self, pattern: iter(()))
    given = {"SPANNEAL_DATA": str(tmp_path), "SPANNEAL_DATABASE": "postgresql://host/name"}
    with pytest.raises(CopyError, match="apt-get install postgresql-client"):
        back_up(Settings.from_environment(given), tmp_path / "b.zip")
