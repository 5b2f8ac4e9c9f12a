"""What a training refuses before it begins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.__main__ import main
from core.cli.shared import read_data
from core.config import OF_DIFFUSION
from core.types import Example
from tests.core.conftest import Learned
from tests.core.tiny import SENTENCES, write_examples

UNANNOTATED = tuple(Example(example.words) for example in SENTENCES)


def files(train: Path, dev: Path, out: Path) -> list[str]:
    return ["--train", str(train), "--dev", str(dev), "--out", str(out), "--epochs", "1"]


@pytest.mark.parametrize("verb", ["train", "baseline"])
def test_files_without_an_entity_are_refused_before_the_training(
    verb: str, encoder_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = write_examples(tmp_path / "empty.jsonl", UNANNOTATED)
    gold = write_examples(tmp_path / "gold.jsonl", SENTENCES)
    options = [*files(empty, gold, tmp_path / "out"), "--encoder", str(encoder_folder)]
    tests = ["--test", str(gold)] if verb == "baseline" else []

    assert main([verb, *options, *tests]) == 2

    message = capsys.readouterr().err
    assert f"teach no label: {empty} have {len(SENTENCES)} sentences and no entity" in message
    assert not (tmp_path / "out" / "model.safetensors").exists()


@pytest.mark.parametrize("verb", ["train", "baseline"])
def test_a_training_never_replaces_the_model_that_it_starts_from(
    verb: str, learned: Learned, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = write_examples(tmp_path / "gold.jsonl", SENTENCES)
    out = learned.folder / ".." / learned.folder.name
    options = [*files(gold, gold, out), "--from", str(learned.folder)]
    tests = ["--test", str(gold)] if verb == "baseline" else []
    before = (learned.folder / "model.safetensors").read_bytes()

    assert main([verb, *options, *tests]) == 2

    assert "is the model to start from" in capsys.readouterr().err
    assert (learned.folder / "model.safetensors").read_bytes() == before


@pytest.mark.parametrize("name", sorted(OF_DIFFUSION))
def test_a_baseline_has_no_setting_of_diffusion(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["baseline", "--help"])
    printed = capsys.readouterr().out
    assert "--" + name.replace("_", "-") not in printed
    assert "paper" not in printed


def test_an_offset_within_a_word_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = tmp_path / "gold.jsonl"
    entity = {"start": 1, "end": 2, "label": "PER"}
    gold.write_text(json.dumps({"text": "Bo slept.", "entities": [entity]}))

    assert len(read_data(gold, None)) == 1
    assert f"{gold}: entities that begin or end within a word" in capsys.readouterr().err
