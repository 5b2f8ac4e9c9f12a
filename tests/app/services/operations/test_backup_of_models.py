"""A backup has every file of a model's folder, and each backup that was made can be restored."""

from __future__ import annotations

import json
import os
import shutil
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.model_registry.registry import ModelRegistry
from app.services.operations.backup import back_up
from app.services.operations.restore import RestoreError, restore
from app.services.operations.startup import open_database
from app.settings import Settings
from storage.engine import Sessions
from tests.app.material import new_project, pretend_model, settings_in

pytestmark = pytest.mark.sqlite


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


@pytest.fixture
def model(settings: Settings) -> Path:
    """The folder of a model of somebody's own."""
    return pretend_model(settings.data.parent / "a model")


@pytest.fixture
def sessions(settings: Settings, model: Path) -> Iterator[Sessions]:
    sessions = open_database(settings)
    new_project(sessions)
    ModelRegistry(sessions).ensure_bundled(model)
    yield sessions
    sessions.kw["bind"].dispose()


def restored_model(archive: Path, folder: Path) -> Path:
    """Restores elsewhere; the folder of the model that is active there."""
    settings = Settings.from_environment({"SPANNEAL_DATA": str(folder)})
    restore(archive, settings)
    sessions = open_database(settings)
    active = ModelRegistry(sessions).active()
    sessions.kw["bind"].dispose()
    assert active is not None
    return active.path


@pytest.mark.parametrize(
    "name", ["notes (copy).txt", "metrics.csv~", "#draft#", "…", "a+b & c", "..draft", "sub/a b"]
)
def test_whatever_else_lies_in_a_models_folder_comes_back(
    settings: Settings, sessions: Sessions, model: Path, tmp_path: Path, name: str
) -> None:
    (model / name).parent.mkdir(exist_ok=True)
    (model / name).write_text("mine")
    back_up(settings, tmp_path / "b.zip")
    shutil.rmtree(model)

    assert (restored_model(tmp_path / "b.zip", tmp_path / "new") / name).read_text() == "mine"


def test_a_model_of_links_comes_back_as_files(
    settings: Settings, sessions: Sessions, model: Path, tmp_path: Path
) -> None:
    """As in the cache of the Hugging Face hub."""
    blob = tmp_path / "blob"
    blob.write_bytes(b"weights")
    (model / "model.safetensors").unlink()
    (model / "model.safetensors").symlink_to(blob)
    assert back_up(settings, tmp_path / "b.zip").missing == []
    blob.unlink()
    shutil.rmtree(model)

    weights = restored_model(tmp_path / "b.zip", tmp_path / "new") / "model.safetensors"
    assert weights.read_bytes() == b"weights"
    assert not weights.is_symlink()


def test_a_file_that_cannot_be_taken_is_named_and_the_others_are_taken(
    settings: Settings, sessions: Sessions, model: Path, tmp_path: Path
) -> None:
    (model / "gone").symlink_to(tmp_path / "nowhere")
    with open(os.fsencode(model) + b"/\xff", "wb") as file:
        file.write(b"x")
    manifest = back_up(settings, tmp_path / "b.zip")

    assert [Path(path).name for path in manifest.missing] == ["gone", "\udcff"]
    assert restored_model(tmp_path / "b.zip", tmp_path / "new").is_dir()


@pytest.mark.parametrize("name", ["models/1/../../evil", "models/1/./x", "models/1/..", "models/x"])
def test_a_backup_that_names_a_file_elsewhere_is_refused(
    settings: Settings, sessions: Sessions, tmp_path: Path, name: str
) -> None:
    back_up(settings, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as made:
        manifest = json.loads(made.read("manifest.json"))
    manifest["files"] = {name: {"sha256": "", "size": 0}}
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as evil:
        evil.writestr(name, b"")
        evil.writestr("manifest.json", json.dumps(manifest))

    with pytest.raises(RestoreError, match="names a file"):
        restore(tmp_path / "evil.zip", settings_in(tmp_path / "new"))


def test_wherever_a_backup_is_damaged_it_is_refused_in_words(
    settings: Settings, sessions: Sessions, tmp_path: Path
) -> None:
    back_up(settings, tmp_path / "b.zip")
    whole = (tmp_path / "b.zip").read_bytes()
    directory = whole.index(b"PK\x01\x02")
    method, flags, version = directory + 10, directory + 8, directory + 6
    for position, value in ((method, 99), (flags, 32), (version, 109), (method, 14)):
        damaged = bytearray(whole)
        damaged[position] = value
        (tmp_path / "x.zip").write_bytes(damaged)
        with pytest.raises(RestoreError, match="is not a backup, or is damaged"):
            restore(tmp_path / "x.zip", settings_in(tmp_path / "new"))


def test_a_backup_whose_packed_bytes_are_damaged_is_refused_in_words(
    settings: Settings, sessions: Sessions, tmp_path: Path
) -> None:
    back_up(settings, tmp_path / "b.zip")
    damaged = bytearray((tmp_path / "b.zip").read_bytes())
    with zipfile.ZipFile(tmp_path / "b.zip") as made:
        header = made.getinfo("documents.db").header_offset
    names = sum(struct.unpack_from("<HH", damaged, header + 26))
    damaged[header + 30 + names] |= 0b110  # a kind of block that there is not
    (tmp_path / "x.zip").write_bytes(damaged)

    with pytest.raises(RestoreError, match="is not a backup, or is damaged"):
        restore(tmp_path / "x.zip", settings_in(tmp_path / "new"))
