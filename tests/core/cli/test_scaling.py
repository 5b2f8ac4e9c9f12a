from __future__ import annotations

from pathlib import Path

import pytest

from core.__main__ import main
from core.inference.instant.scaling import Scaling
from core.modeling.model import DiffusionNER
from tests.core.conftest import NewModel
from tests.core.tiny import SENTENCES, write_examples


def test_scaling_measures_a_model_that_has_none(
    new_model: NewModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = new_model()
    model.save(tmp_path)
    assert main(["scaling", "--model", str(tmp_path), "--device", "cpu"]) == 0
    assert Scaling.load(tmp_path, model) is not None
    assert str(tmp_path / "span_scaling.safetensors") in capsys.readouterr().out


def test_scaling_says_where_the_samples_are_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.cli.scaling.SAMPLES", tmp_path / "none")
    assert main(["scaling", "--model", str(tmp_path)]) != 0
    assert "run this in a checkout" in capsys.readouterr().err


def test_a_trained_model_is_loaded_once_for_its_card_and_its_scaling(
    new_model: NewModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent, out = tmp_path / "parent", tmp_path / "out"
    for folder in (parent, out):
        new_model().save(folder)
    data = str(write_examples(tmp_path / "data.jsonl", SENTENCES))
    load, loaded = DiffusionNER.load, []

    def counted(folder: Path, *device: str) -> DiffusionNER:
        loaded.append(folder)
        return load(folder, *device)

    monkeypatch.setattr("core.cli.train.train", lambda *_: iter(()))
    monkeypatch.setattr(DiffusionNER, "load", counted)
    files = ["--train", data, "--dev", data, "--out", str(out)]

    assert main(["train", *files, "--from", str(parent)]) == 0

    assert loaded == [parent, out]
    assert (out / "README.md").is_file()
    assert Scaling.load(out, new_model()) is not None
