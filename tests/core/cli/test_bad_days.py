"""Commands on files that are damaged or missing, and on a full disk: what, and what to do."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from safetensors import SafetensorError

from core.__main__ import VERBS, main
from core.command_line import explain
from core.modeling.model import CONFIG, WEIGHTS
from tests.core.conftest import NewModel
from tests.core.tiny import SENTENCES, write_examples

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "model")


@pytest.fixture
def model(new_model: NewModel, tmp_path: Path) -> Path:
    new_model().save(tmp_path / "model")
    return tmp_path / "model"


def commands(model: Path, data: Path) -> dict[str, list[str]]:
    files = ["--train", str(data), "--dev", str(data), "--out", str(data.with_name("out"))]
    return {
        "encoder": ["--from", str(data)],
        "train": [*files, "--from", str(model)],
        "evaluate": ["--model", str(model), "--data", str(data)],
        "calibrate": ["--model", str(model), "--dev", str(data)],
        "scaling": ["--model", str(model)],
        "average": ["--models", str(model), "--out", str(data.parent / "mean"), "--dev", str(data)],
        "annotate": ["--model", str(model)],
        "baseline": [*files, "--from", str(model), "--test", str(data)],
        "fragments": ["--model", str(model), "--train", str(data), "--dev", str(data)],
        "experiment": [],
        "bench": ["--model", str(model), "--data", str(data)],
    }


def test_every_verb_has_its_row() -> None:
    assert set(commands(Path("m"), Path("d"))) == set(VERBS)


@pytest.mark.parametrize(
    "verb", ["train", "evaluate", "calibrate", "average", "baseline", "fragments", "bench"]
)
@pytest.mark.parametrize(
    ("content", "what"), [(None, "there is no such file"), (b"\xff\xfe\x00", "data.jsonl:1")]
)
def test_data_that_cannot_be_read_is_named(
    model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    verb: str,
    content: bytes | None,
    what: str,
) -> None:
    data = tmp_path / "data.jsonl"
    if content is not None:
        data.write_bytes(content)

    assert main([verb, *commands(model, data)[verb]]) == 2
    assert what in capsys.readouterr().err


@pytest.mark.parametrize(
    "verb", ["evaluate", "calibrate", "scaling", "average", "annotate", "fragments", "bench"]
)
@pytest.mark.parametrize("file", [CONFIG, WEIGHTS])
def test_a_model_that_was_cut_short_is_named(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: str, file: str
) -> None:
    (model / file).write_bytes((model / file).read_bytes()[:100])
    data = tmp_path / "data.jsonl"
    data.write_text('{"tokens": ["Bo"], "entities": []}\n')

    assert main([verb, *commands(model, data)[verb]]) == 2
    captured = capsys.readouterr().err
    assert str(model) in captured
    assert "train" in captured


@pytest.mark.parametrize("verb", ["train", "baseline", "experiment"])
@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_file_in_the_place_of_the_folder_for_the_results_is_named_at_once(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: str, below: str
) -> None:
    data = tmp_path / "data.jsonl"
    data.write_text("no data, and nobody looked\n")
    options = {**commands(model, data), "experiment": ["table1", "--data", str(tmp_path)]}

    assert main([verb, *options[verb], "--out", str(data / below)]) == 2
    printed = capsys.readouterr().err
    assert f"a file lies where a folder is expected: {data / below}" in printed
    assert printed.count("\n") == 1


@pytest.mark.parametrize("verb", ["train", "baseline"])
def test_an_encoder_that_is_none_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    data = write_examples(tmp_path / "data.jsonl", SENTENCES)
    files = ["--train", str(data), "--dev", str(data), "--out", str(tmp_path / "out")]
    test = ["--test", str(data)]

    assert main([verb, *files, *test, "--encoder", str(tmp_path / "none")]) == 2
    printed = capsys.readouterr().err
    assert f"--encoder {tmp_path / 'none'} cannot be loaded" in printed
    assert printed.count("\n") == 1


def test_corpora_that_are_in_no_folder_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--data", str(tmp_path / "none"), "--out", str(tmp_path / "out")]
    assert main(["experiment", "table1", *options]) == 2
    assert "is no folder; expected the folder of corpora" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("verb", "saved", "advice"),
    [
        ("train", True, "the same command continues from {out}/checkpoint"),
        ("train", False, "there is no checkpoint, so the same command starts from the beginning"),
        ("baseline", True, "the same command continues from {out}/checkpoint"),
        ("experiment", False, "the same command continues from {out}"),
    ],
)
def test_an_interrupted_training_says_how_to_resume(
    model: Path,
    encoder_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    verb: str,
    saved: bool,
    advice: str,
) -> None:
    data, out = write_examples(tmp_path / "data.jsonl", SENTENCES), tmp_path / "out"
    if saved:
        (out / "checkpoint").mkdir(parents=True)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("core.cli.train.train", interrupted)
    monkeypatch.setattr("core.cli.baseline.train", interrupted)
    monkeypatch.setattr("core.cli.experiment.perform_all", interrupted)
    files = ["--train", str(data), "--dev", str(data), "--test", str(data)]
    options = {
        "train": [*files, "--from", str(model)],
        "baseline": [*files, "--encoder", str(encoder_folder)],
        "experiment": ["table1", "--data", str(tmp_path)],
    }

    assert main([verb, *options[verb], "--out", str(out)]) == 130
    *_, last = capsys.readouterr().err.splitlines()
    assert last == f"{verb}: interrupted; {advice.format(out=out)}"


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (FULL, "Free some space"),
        (SafetensorError("I/O error: No space left on device (os error 28)"), "Free some space"),
        (RuntimeError("CUDA out of memory"), "smaller batch"),
        (MemoryError(), "smaller batch"),
        (PermissionError(errno.EACCES, "denied", "model"), "the right to read and write it"),
        (SafetensorError("header too large"), "header too large"),
    ],
)
def test_what_a_person_can_mend_is_explained(error: Exception, what: str) -> None:
    assert what in str(explain(error))


def test_a_mistake_of_the_program_is_not_hidden() -> None:
    assert explain(TypeError("'int' object is not callable")) is None
