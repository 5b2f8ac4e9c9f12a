"""A model version as one file, out and in."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from app.services.model_registry.archive import pack, unpack
from app.services.model_registry.files import ModelImportError
from app.services.model_registry.registry import ModelRegistry
from storage.engine import Sessions
from tests.app.material import LABELS, settings_in, tiny_model


def zipped(**files: bytes) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    out.seek(0)
    return out


def broken() -> io.BytesIO:
    """A zip whose packed bytes are damaged."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("config.json", b"{}" * 100)
    damaged = bytearray(out.getvalue())
    damaged[30 + len("config.json")] |= 0b110  # a kind of block that there is not
    return io.BytesIO(damaged)


def misnamed() -> io.BytesIO:
    """A zip that says that a name is in UTF-8, which it is not."""
    packed = zipped(**{"é.json": b"{}"}).getvalue()
    return io.BytesIO(packed.replace("é".encode(), b"\xff\xfe"))


def test_a_version_that_left_in_a_file_comes_back_proposed_with_the_same_weights(
    sessions: Sessions, tmp_path: Path
) -> None:
    registry = ModelRegistry(sessions)
    first = registry.ensure_bundled(tiny_model(tmp_path / "model"))
    file = io.BytesIO()
    pack(sessions, first.id, file)
    with zipfile.ZipFile(file, "a") as packed:
        packed.writestr("../notes.txt", "mine")

    brought = unpack(sessions, settings_in(tmp_path), file, "from-afar.zip")

    assert (brought.version.state, brought.version.labels) == ("proposed", LABELS)
    assert brought.left_behind == ("../notes.txt",)
    weights = "model.safetensors"
    assert (brought.version.path / weights).read_bytes() == (first.path / weights).read_bytes()
    assert registry.active() == first
    assert not list(tmp_path.rglob("notes.txt"))


@pytest.mark.parametrize(
    "name", ["...zip", "../../up.zip", "/etc/x.zip", "\0.zip", "", "x" * 5_000, "a\nb.zip"]
)
def test_the_name_that_a_browser_gives_a_file_becomes_no_path(
    sessions: Sessions, tmp_path: Path, name: str
) -> None:
    registry = ModelRegistry(sessions)
    file = io.BytesIO()
    pack(sessions, registry.ensure_bundled(tiny_model(tmp_path / "model")).id, file)

    version = unpack(sessions, settings_in(tmp_path), file, name).version

    assert version.path.parent == settings_in(tmp_path).data / "models"
    assert version.settings["imported"]["from"] == (name[:200] or "model")


@pytest.mark.parametrize(
    ("file", "match"),
    [
        (io.BytesIO(b"nonsense"), "not a readable zip"),
        (broken(), "not a readable zip"),
        (misnamed(), "not a readable zip"),
        (zipped(), "holds 0 models"),
        (zipped(**{"a/config.json": b"{}", "b/config.json": b"{}"}), "holds 2 models"),
        (zipped(**{"config.json": b"{}"}), "lacks model.safetensors"),
        (zipped(**{"config.json": b"{}", "model.bin": b""}), "lacks model.safetensors"),
    ],
)
def test_what_is_no_model_is_refused_and_nothing_is_kept(
    sessions: Sessions, tmp_path: Path, file: io.BytesIO, match: str
) -> None:
    settings = settings_in(tmp_path)

    with pytest.raises(ModelImportError, match=match):
        unpack(sessions, settings, file, "given.zip")

    assert ModelRegistry(sessions).versions() == ()
    assert not list((settings.data / "models").glob("*"))


def test_a_zip_that_would_fill_the_disk_is_refused_before_it_is_unpacked(
    sessions: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.model_registry.archive.MOST_BYTES", 2**10)
    file = zipped(**{"config.json": b"{}", "model.safetensors": bytes(2**11)})

    with pytest.raises(ModelImportError, match="unpacked"):
        unpack(sessions, settings_in(tmp_path), file, "given.zip")


def test_a_zip_whose_list_of_files_would_fill_the_memory_is_refused_before_it_is_read(
    sessions: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = zipped(**{f"{number}": b"" for number in range(10_001)})
    monkeypatch.setattr("zipfile.ZipFile._RealGetContents", lambda self: pytest.fail("was read"))

    with pytest.raises(ModelImportError, match="more than 10,000 files, and a model has at most"):
        unpack(sessions, settings_in(tmp_path), file, "given.zip")
