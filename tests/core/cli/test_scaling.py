from __future__ import annotations

from pathlib import Path

import pytest

from core.__main__ import main
from core.inference.instant.scaling import Scaling
from tests.core.conftest import NewModel


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
