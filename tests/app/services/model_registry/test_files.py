"""Model versions leave as folders and come in as folders, checked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

from app.services.model_registry import files
from app.services.model_registry.files import ModelImportError, bring_in, export
from app.services.model_registry.registry import ModelRegistry
from app.services.operations.scratch import IMPORT, scratch_folder
from app.services.operations.startup import prepare
from storage.engine import Sessions
from tests.app.material import LABELS, settings_in, tiny_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("tiny") / "model")


@pytest.fixture
def folder(model: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(model, tmp_path / "given"))


def refused(sessions: Sessions, folder: Path, match: str) -> None:
    settings = settings_in(folder.parent)
    with pytest.raises(ModelImportError, match=match):
        bring_in(sessions, settings, folder)
    assert ModelRegistry(sessions).versions() == ()
    assert not list((settings.data / "models").glob("*"))


def test_a_version_that_left_and_came_back_has_the_same_weights_and_is_only_proposed(
    sessions: Sessions, folder: Path, tmp_path: Path
) -> None:
    from core.modeling.model import DiffusionNER

    registry = ModelRegistry(sessions)
    first = registry.ensure_bundled(folder)
    out = tmp_path / "out"
    names = export(sessions, first.id, out)
    assert {"config.json", "model.safetensors", "tokenizer.json", "README.md"} <= set(names)
    assert json.loads((out / "scores.json").read_text())["labels"] == list(LABELS)
    assert DiffusionNER.load(out).config.labels == LABELS
    (out / "notes.txt").write_text("mine")
    brought = bring_in(sessions, settings_in(tmp_path), out)
    assert brought.left_behind == ("notes.txt",)
    assert (brought.version.state, brought.version.labels) == ("proposed", LABELS)
    weights = "model.safetensors"
    assert (brought.version.path / weights).read_bytes() == (folder / weights).read_bytes()
    assert registry.active() == first


def test_what_was_measured_of_its_features_goes_along_and_must_be_the_models(
    sessions: Sessions, folder: Path, tmp_path: Path
) -> None:
    from core.inference.instant.scaling import measure_folder
    from core.modeling.model import DiffusionNER

    measure_folder(folder, DiffusionNER.load(folder))
    version = ModelRegistry(sessions).ensure_bundled(folder)
    out = tmp_path / "out"
    assert "span_scaling.safetensors" in export(sessions, version.id, out)
    brought = bring_in(sessions, settings_in(tmp_path), out)
    scaling = "span_scaling.safetensors"
    assert (brought.version.path / scaling).read_bytes() == (folder / scaling).read_bytes()


def test_what_was_measured_of_another_models_features_is_refused(
    sessions: Sessions, folder: Path
) -> None:
    from safetensors.torch import save_file

    save_file({"mean": torch.zeros(3)}, folder / "span_scaling.safetensors")
    refused(sessions, folder, "span_scaling.safetensors is damaged")


def test_what_a_killed_import_left_is_removed_by_the_next_start_or_import_and_one_under_way_is_not(
    sessions: Sessions, folder: Path, tmp_path: Path
) -> None:
    settings = settings_in(tmp_path)
    models = settings.data / "models"
    left = models / ".imported-0123456789ab-cdef0123"

    def leave() -> None:
        left.mkdir(parents=True, exist_ok=True)
        (left / "model.safetensors").write_bytes(b"half")

    leave()
    with scratch_folder(models, IMPORT) as under_way:
        assert not left.exists()
        leave()
        prepare(settings).sessions.kw["bind"].dispose()
        assert list(models.iterdir()) == [under_way]
        brought = bring_in(sessions, settings, folder)
        assert under_way.is_dir()
    assert list(models.iterdir()) == [brought.version.path]


def test_an_import_that_cannot_be_recorded_leaves_no_folder(
    sessions: Sessions, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(ModelRegistry, "bring_in", fail)
    with pytest.raises(OSError, match="full"):
        bring_in(sessions, settings_in(tmp_path), folder)
    assert list((settings_in(tmp_path).data / "models").iterdir()) == []


def test_nothing_is_written_over(sessions: Sessions, folder: Path, tmp_path: Path) -> None:
    version = ModelRegistry(sessions).ensure_bundled(folder)
    with pytest.raises(ModelImportError, match="already exists"):
        export(sessions, version.id, tmp_path)
    with pytest.raises(LookupError, match="no model version 9"):
        export(sessions, 9, tmp_path / "out")


def test_pickled_weights_are_refused_unread(sessions: Sessions, folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    refused(sessions, folder, "pytorch_model.bin, which can run code")


def test_a_link_out_of_the_folder_is_not_followed(sessions: Sessions, folder: Path) -> None:
    (folder / "README.md").unlink(missing_ok=True)
    (folder / "README.md").symlink_to("/etc/hostname")
    refused(sessions, folder, "is a link or not a file")


def test_what_is_missing_is_named(sessions: Sessions, folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    refused(sessions, folder, "lacks tokenizer.json")
    refused(sessions, folder / "none", "is not a folder")


def test_weights_that_are_broken_or_of_another_shape_are_refused(
    sessions: Sessions, folder: Path
) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["model"]["labels"].append("DATE")
    (folder / "config.json").write_text(json.dumps(config))
    refused(sessions, folder, "the model cannot be loaded")


@pytest.mark.parametrize("labels", [[], "PER", [1], ["PER", "PER"]])
def test_labels_that_are_none_are_refused(sessions: Sessions, folder: Path, labels: object) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["model"]["labels"] = labels
    (folder / "config.json").write_text(json.dumps(config))
    refused(sessions, folder, "label")


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
@pytest.mark.parametrize("stored", [0, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_refused_without_a_word_on_the_servers_folders(
    sessions: Sessions, folder: Path, name: str, stored: float
) -> None:
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: int(len(whole) * stored)])

    with pytest.raises(ModelImportError) as caught:
        bring_in(sessions, settings_in(folder.parent), folder)
    assert str(folder.parent) not in str(caught.value)
    assert ModelRegistry(sessions).versions() == ()


@pytest.mark.parametrize("name", ["tokenizer.json", "tokenizer_config.json", "config.json"])
def test_nesting_without_end_is_refused(sessions: Sessions, folder: Path, name: str) -> None:
    (folder / name).write_text("[" * 200_000)
    refused(sessions, folder, f"{name} is not a valid model configuration")


def test_a_file_to_be_parsed_is_not_read_when_it_is_far_too_large(
    sessions: Sessions, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGEST_JSON", 100)
    refused(sessions, folder, "bytes, expected at most 100")


@pytest.mark.parametrize(
    ("part", "key", "size", "match"),
    [
        ("encoder", "hidden_size", 2**20, "describes .* weights"),
        ("encoder", "vocab_size", 2**40, "describes .* weights"),
        ("encoder", "num_hidden_layers", 10**9, "expected at most 200"),
        ("model", "lstm_layers", 10**9, "lstm_layers is 1000000000, expected at most 200"),
        ("model", "timesteps", 10**12, "timesteps is 1000000000000, expected at most 100000"),
        ("model", "hidden_size", 2**30, "weights|cannot be loaded"),
    ],
)
def test_a_model_larger_than_its_weights_is_refused_before_there_is_memory_for_it(
    sessions: Sessions,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    part: str,
    key: str,
    size: int,
    match: str,
) -> None:
    from core.modeling.model import DiffusionNER

    monkeypatch.setattr(DiffusionNER, "load", lambda folder: pytest.fail("memory was asked for"))
    config = json.loads((folder / "config.json").read_text())
    config[part][key] = size
    (folder / "config.json").write_text(json.dumps(config))
    refused(sessions, folder, match)


def test_a_tokenizer_with_a_pattern_of_its_own_is_refused(sessions: Sessions, folder: Path) -> None:
    saved = json.loads((folder / "tokenizer.json").read_text())
    split = {"type": "Split", "pattern": {"Regex": "(a|a)*$"}, "behavior": "Isolated"}
    (folder / "tokenizer.json").write_text(json.dumps({**saved, "pre_tokenizer": split}))
    refused(sessions, folder, "a regular expression of its own")


def test_a_model_that_asks_to_run_its_own_code_is_refused(sessions: Sessions, folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "auto_map": {"AutoModel": "x.y"}}))
    refused(sessions, folder, "requests custom code")
