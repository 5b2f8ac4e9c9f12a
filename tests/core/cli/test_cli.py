from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.__main__ import VERBS, main
from core.training.records import TrainingRecord
from core.types import Example, Span
from tests.core.conftest import Learned
from tests.core.tiny import SENTENCES, write_examples

TEXT = "Bank of China hired Ms. Haag ."


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_examples(tmp_path_factory.mktemp("data") / "data.jsonl", SENTENCES * 4)


@pytest.fixture(scope="module")
def trained(encoder_folder: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("models") / "first"
    files = ["--train", str(data), "--dev", str(data), "--out", str(out)]
    size = ["--epochs", "2", "--batch-size", "4", "--num-spans", "12"]
    rates = ["--encoder-lr", "1e-3", "--decoder-lr", "2e-3"]
    status = main(["train", *files, "--encoder", str(encoder_folder), *size, *rates])
    assert status == 0
    return out


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main([verb, "--help"])
    assert done.value.code == 0
    captured = " ".join(capsys.readouterr().out.split())
    assert VERBS[verb] in captured
    assert "--" in captured


def test_the_help_lists_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    captured = " ".join(capsys.readouterr().out.split())
    assert all(f"{verb} {text}" in captured for verb, text in VERBS.items())


def test_a_verb_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["anotate"])
    assert done.value.code == 2
    assert "annotate" in capsys.readouterr().err


def test_training_writes_a_model_and_its_card(trained: Path) -> None:
    names = {path.name for path in trained.iterdir()}
    assert {"config.json", "model.safetensors", "README.md", "tokenizer.json"} <= names
    assert "span_scaling.safetensors" in names, "instant learning need not measure it"
    card = (trained / "README.md").read_text()
    assert card.startswith("---\n")
    assert "library_name: spanneal" in card
    assert "## Development scores" in card
    assert "python -m core" in card


def test_a_test_file_is_read_once_before_the_training(
    trained: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = write_examples(tmp_path / "test.jsonl", SENTENCES)

    def without_training(*_: object) -> Iterator[TrainingRecord]:
        test.unlink()
        return iter(())

    monkeypatch.setattr("core.cli.train.train", without_training)
    out = tmp_path / "out"
    shutil.copytree(trained, out)
    files = ["--train", str(data), "--dev", str(data), "--test", str(test), "--out", str(out)]

    assert main(["train", *files, "--from", str(trained)]) == 0

    assert f"{tmp_path.name}/test.jsonl | nested" in (out / "README.md").read_text()


def test_evaluate_measures_each_number_of_steps(
    trained: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["evaluate", "--model", str(trained), "--data", str(data), "--num-spans", "8"]
    assert main([*options, "--steps", "1,3", "--json"]) == 0
    runs = json.loads(capsys.readouterr().out)["runs"]
    assert [run["steps"] for run in runs] == [1, 3]
    for run in runs:
        assert run["num_spans"] == 8
        assert run["gold"] == 4 * sum(len(sentence.entities) for sentence in SENTENCES)
        assert 0 <= run["f1"] <= 1
        assert run["sentences_per_second"] > 0
        assert {"precision", "recall", "per_label", "nested_recall", "flat_recall"} <= set(run)
        assert run["distinct_spans"] >= 0
        assert sum(run["missed"].values()) == run["gold"] - run["correct"]
        assert sum(run["false"].values()) == run["predicted"] - run["correct"]
    assert main([*options, "--steps", "2"]) == 0
    table = capsys.readouterr().out
    assert "γ = 2, K = 8" in table
    assert "sentences/s" in table
    assert "expected calibration error" in table
    assert "missed gold entities" not in table
    assert main([*options, "--errors"]) == 0
    assert "missed gold entities" in capsys.readouterr().out


def test_calibrate_writes_what_a_score_means_and_leaves_weights_and_entities(
    trained: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "model"
    shutil.copytree(trained, model)
    examples = [replace(sentence, entities=sentence.entities[:1]) for sentence in SENTENCES]
    dev = write_examples(tmp_path / "dev.jsonl", examples * 20)
    evaluate = ["evaluate", "--model", str(model), "--data", str(data), "--json"]
    command = ["calibrate", "--model", str(model), "--dev", str(dev), "--test", str(data), "--json"]

    def scores() -> Any:
        assert main(evaluate) == 0
        (run,) = json.loads(capsys.readouterr().out)["runs"]
        return run

    before = scores()
    assert main(command) == 0
    printed = json.loads(capsys.readouterr().out)
    after = scores()
    assert (after["correct"], after["predicted"]) == (before["correct"], before["predicted"])
    assert after["uncalibrated_error"] == pytest.approx(before["uncalibrated_error"])
    assert after["calibration_error"] != before["calibration_error"]
    assert printed["test"][0]["calibration_error"] == after["calibration_error"]
    assert printed["threshold"] == after["threshold"]
    assert (model / "model.safetensors").read_bytes() == (
        trained / "model.safetensors"
    ).read_bytes()
    card = (model / "README.md").read_text()
    assert card.count("## Calibration") == 1
    assert card.index("## Calibration") < card.index("## Command")
    assert f"slope {printed['calibration'][0]:.3f}" in card
    assert f"| {data.parent.name}/data.jsonl | nested | {after['predicted']} |" in card


def test_columns_are_found_or_chosen_and_told(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "corpus.tsv"
    path.write_text("1\tBo\tO\tB-PER\n2\tslept\tB-X\tO\n")
    options = ["evaluate", "--model", str(trained), "--data", str(path), "--json"]

    def gold(*chosen: str) -> int:
        assert main([*options, *chosen]) == 0
        out, err = capsys.readouterr()
        assert "words from column 2" in err
        total: int = json.loads(out)["runs"][0]["gold"]
        return total

    assert gold() == 1
    assert gold("--columns", "tag=3,tag=4") == 2
    assert main([*options, "--columns", "tag=9"]) == 2
    assert "the file has 4 columns, and no column 9" in capsys.readouterr().err


def test_annotate_writes_a_line_of_json_for_each_line_of_text(
    trained: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{TEXT}\n\nOslo – 東京 😀"))
    assert main(["annotate", "--model", str(trained), "--threshold", "0"]) == 0
    lines = capsys.readouterr().out.splitlines()
    records = [json.loads(line) for line in lines]
    assert [record["text"] for record in records] == [TEXT, "", "Oslo – 東京 😀"]
    assert "東京" in lines[2]
    assert all(set(record) == {"text", "entities", "uncovered"} for record in records)
    for record in records:
        for entity in record["entities"]:
            assert set(entity) == {"start", "end", "label", "score", "confidence"}
            assert set(entity["confidence"]) >= {"left", "right", "type", "since", "support"}
            assert 0 <= entity["start"] < entity["end"] <= len(record["text"])


def test_annotate_keeps_what_a_line_of_json_fixes_and_drops_what_it_suppresses(
    learned: Learned, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["annotate", "--model", str(learned.folder), "--ensemble", "2"]

    def annotated(**given: object) -> list[dict[str, object]]:
        monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({"text": TEXT, **given}) + "\n"))
        assert main(options) == 0
        return json.loads(capsys.readouterr().out)["entities"]

    free = [{key: item[key] for key in ("start", "end", "label")} for item in annotated()]
    mine = {"start": 0, "end": 13, "label": "MINE"}
    result = annotated(fixed=[mine], suppressed=free[:1])
    assert {**mine, "score": 1.0, "confidence": None} in result
    assert not any(item.items() >= free[0].items() for item in result)
    monkeypatch.setattr("sys.stdin", io.StringIO('{"txt": 1}\n'))
    assert main([*options, "--input-format", "jsonl"]) == 2
    assert "line 1 of the JSON lines should look like" in capsys.readouterr().err


def test_annotate_with_a_trace_adds_every_step_and_is_repeatable(
    trained: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    captured = []
    for seed in ("1", "1", "2"):
        monkeypatch.setattr("sys.stdin", io.StringIO(TEXT + "\n"))
        options = ["--model", str(trained), "--trace", "--seed", seed, "--steps", "2"]
        assert main(["annotate", *options, "--num-spans", "6"]) == 0
        captured.append(capsys.readouterr().out)
    assert captured[0] == captured[1] != captured[2]
    record = json.loads(captured[0])
    assert [step["index"] for step in record["steps"]] == [1, 2]
    (sentence,) = record["steps"][0]["sentences"]
    assert len(sentence["noisy"]) == len(sentence["spans"]) == 6
    assert len(record["sentences"][0]) == 7


@pytest.mark.parametrize(
    ("mode", "labels", "message"),
    [
        ([], ["VERB"], "new: VERB; dropped: LOC, MISC, ORG, PER (--labels join keeps them)"),
        (["--labels", "join"], ["LOC", "MISC", "ORG", "PER", "VERB"], "new: VERB"),
    ],
)
def test_new_labels_replace_those_of_a_model_or_join_them(
    trained: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    mode: list[str],
    labels: list[str],
    message: str,
) -> None:
    example = Example(SENTENCES[0].words, (Span(3, 4, "VERB"),))
    file = write_examples(tmp_path / "more.jsonl", (example,) * 4)
    options = ["--train", str(file), "--dev", str(file), "--from", str(trained), "--epochs", "1"]

    status = main(["train", *options, "--out", str(tmp_path / "out"), "--num-spans", "4", *mode])

    assert status == 0
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert config["model"]["labels"] == labels
    first = capsys.readouterr().out.splitlines()[0]
    assert first == f"labels: {', '.join(labels)}; {message}"


def test_a_model_of_the_papers_architecture_is_made_and_fine_tuned(
    encoder_folder: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = ["train", "--train", str(data), "--dev", str(data), "--epochs", "1"]
    new = [*files, "--encoder", str(encoder_folder), "--architecture", "paper"]
    first, second = tmp_path / "first", tmp_path / "second"

    assert main([*new, "--out", str(first)]) != 0
    assert "frozen_epochs must be at least 0 and less than epochs" in capsys.readouterr().err
    assert main([*new, "--frozen-epochs", "0", "--out", str(first)]) == 0
    assert main([*files, "--from", str(first), "--out", str(second)]) == 0
    for folder in (first, second):
        config = json.loads((folder / "config.json").read_text())["model"]
        assert (config["architecture"], config["lstm_layers"]) == ("paper", 2)

    other = [*files, "--from", str(first), "--architecture", "spanneal"]
    assert main([*other, "--out", str(tmp_path / "third")]) != 0
    assert "has the architecture 'paper', which fine-tuning keeps" in capsys.readouterr().err


def test_a_model_learns_labels_that_are_all_new(
    learned: Learned, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    renamed = tuple(
        replace(
            example,
            entities=tuple(replace(span, label=span.label.lower()) for span in example.entities),
        )
        for example in SENTENCES
    )
    file = str(write_examples(tmp_path / "data.jsonl", renamed * 4))
    options = ["--train", file, "--dev", file, "--from", str(learned.folder), "--epochs", "8"]
    rates = ["--batch-size", "4", "--num-spans", "12", "--decoder-lr", "2e-3"]

    assert main(["train", *options, *rates, "--out", str(tmp_path / "out")]) == 0

    scores = re.findall(r"^epoch .* F1 ([\d.]+)", capsys.readouterr().out, re.M)
    assert max(map(float, scores)) > 50


def test_what_goes_wrong_is_one_line_and_a_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--model", str(tmp_path), "--data", str(tmp_path / "none.jsonl")]
    assert main(["evaluate", *options]) == 2
    captured = capsys.readouterr().err
    assert captured.startswith("evaluate: ")
    assert "is no model folder" in captured
    assert len(captured.splitlines()) == 1


@pytest.mark.parametrize("kind", ["tagger", "biaffine"])
def test_a_baseline_is_measured_and_another_goes_on_from_its_folder(
    kind: str, encoder_folder: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    new = write_examples(
        tmp_path / "new.jsonl", (replace(SENTENCES[3], entities=(Span(0, 1, "NEW"),)),)
    )
    base = ["baseline", "--kind", kind, "--epochs", "1", "--batch-size", "8"]
    files = ["--train", str(data), "--dev", str(data), "--test", str(data)]
    new_encoder = ["--encoder", str(encoder_folder), "--errors"]
    assert main([*base, *files, *new_encoder, "--out", str(first)]) == 0
    (scores,) = json.loads((first / "scores.json").read_text()).values()
    assert sum(scores["missed"].values()) == scores["gold"] - scores["correct"]
    assert sum(scores["false"].values()) == scores["predicted"] - scores["correct"]
    assert scores["gold"] == 4 * sum(len(sentence.entities) for sentence in SENTENCES)
    assert "sentences/s" in capsys.readouterr().out
    files = ["--train", str(new), "--dev", str(new), "--test", str(new)]
    assert main([*base, *files, "--from", str(first), "--out", str(second)]) == 0
    labels = json.loads((second / "config.json").read_text())["model"]["labels"]
    assert labels == ["NEW"]
    other = "biaffine" if kind == "tagger" else "tagger"
    base[2] = other
    assert main([*base, *files, "--from", str(first), "--out", str(second)]) == 2
    assert f"holds no {other}" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["evaluate", "bench"])
def test_numbers_that_are_none_are_refused_with_an_example(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([verb, "--steps", "1;5"])
    assert "expected comma-separated whole numbers such as 1,5,10, got '1;5'" in (
        capsys.readouterr().err
    )
