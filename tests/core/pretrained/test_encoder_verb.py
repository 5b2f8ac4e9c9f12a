from __future__ import annotations

from pathlib import Path

import pytest

from core.__main__ import main
from core.cli import encoder
from core.config import ModelConfig
from core.modeling.model import DiffusionNER
from core.pretrained.e5 import MULTILINGUAL
from tests.core.pretrained.packed import PIECES, write_packed


def test_the_folder_written_is_one_that_training_starts_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    multilingual = write_packed(tmp_path / "multilingual.bin")
    english = write_packed(tmp_path / "english.bin", PIECES[:10])
    monkeypatch.setattr(
        encoder, "packaged_file", lambda name: multilingual if name == MULTILINGUAL else english
    )
    out = tmp_path / "encoder"
    sizes = ["--layers", "2", "--vocabulary", str(len(PIECES) - 1)]
    assert main(["encoder", "--out", str(out), *sizes]) == 0
    assert "2 layers of multilingual-e5-small" in capsys.readouterr().out
    config = ModelConfig(("person",), hidden_size=32, num_heads=2)
    model = DiffusionNER.from_encoder(config, str(out))
    assert model.max_subwords == 16
    assert model.encoder(model.batch([["in", "Paris"]])).shape == (1, 2, 32)
