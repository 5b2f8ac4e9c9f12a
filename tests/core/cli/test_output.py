"""`--json`, `--device` and what `annotate` reads: what comes out of the commands, and where."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from core.__main__ import main
from core.inference.pipeline import Pipeline
from core.modeling.model import WEIGHTS
from core.types import SamplerSettings
from tests.core.conftest import Learned
from tests.core.tiny import SENTENCES, write_examples

TEXT = "Bank of China hired Ms. Haag ."
QUICK = ["--epochs", "1", "--batch-size", "8"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_examples(tmp_path / "data.jsonl", SENTENCES)


def training(data: Path, out: Path, *options: str) -> list[str]:
    files = ["--train", str(data), "--dev", str(data), "--test", str(data), "--out", str(out)]
    return [*files, *QUICK, *options]


def test_train_prints_its_final_scores_as_json_alone(
    learned: Learned, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    status = main(["train", *training(data, out, "--from", str(learned.folder), "--json")])
    printed = capsys.readouterr()
    scores = json.loads(printed.out)
    assert status == 0
    assert scores["model"] == str(out)
    assert scores["development"]["sentences"] == len(SENTENCES)
    assert [(row["file"], row["decoding"]) for row in scores["test"]] == [
        (str(data), "nested"),
        (str(data), "flat"),
    ]
    assert "epoch 1: " in printed.err
    assert f"{100 * scores['test'][0]['f1']:.1f}" in (out / "README.md").read_text()


def test_a_baseline_prints_its_final_scores_as_json_alone(
    encoder_folder: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    status = main(["baseline", *training(data, out, "--encoder", str(encoder_folder), "--json")])
    printed = capsys.readouterr()
    scores = json.loads(printed.out)
    assert status == 0
    assert scores["test"] == json.loads((out / "scores.json").read_text())
    assert "epoch 1: " in printed.err


def test_an_experiment_prints_its_table_as_json_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--data", str(tmp_path), "--out", str(tmp_path / "out"), "--json"]
    assert main(["experiment", "table1", *options]) == 0
    printed = capsys.readouterr()
    table = json.loads(printed.out)
    assert table["records"]
    assert set(table["records"][0]) <= set(table["columns"])
    assert "skipped, " in printed.err


def annotated(
    options: list[str], capsys: pytest.CaptureFixture[str], status: int = 0
) -> list[str] | str:
    """The texts that were annotated, or the error."""
    assert main(["annotate", *options]) == status
    printed = capsys.readouterr()
    if status:
        assert printed.err.count("\n") == 1
        return printed.err
    return [json.loads(line)["text"] for line in printed.out.splitlines()]


LINE = json.dumps({"text": TEXT})


@pytest.mark.parametrize(
    ("name", "content", "options", "texts"),
    [
        ("a.txt", f"{TEXT}\n\nOslo", [], [TEXT, "", "Oslo"]),
        ("a.txt", f"\ufeff{TEXT}\r\n", [], [TEXT]),
        ("a.jsonl", f"{LINE}\n\n{LINE}\n", ["--json"], [TEXT, TEXT]),
        ("a.ndjson", f"{LINE}\n", [], [TEXT]),
        ("a", f"{LINE}\n", [], [TEXT]),
        ("a", f"{LINE}\n", ["--input-format", "text"], [LINE]),
        ("a", '{"tokens": []}\n', [], ['{"tokens": []}']),
        ("a", "", [], []),
    ],
)
def test_annotate_reads_text_or_json_lines_from_a_file_or_standard_input(
    learned: Learned,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    content: str,
    options: list[str],
    texts: list[str],
) -> None:
    file = tmp_path / name
    file.write_bytes(content.encode())
    model = ["--model", str(learned.folder), *options]
    assert annotated([str(file), *model], capsys) == texts
    if not file.suffix:
        stdin = io.TextIOWrapper(io.BytesIO(content.encode()))
        monkeypatch.setattr("sys.stdin", stdin)
        assert annotated(model, capsys) == texts


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Oslo\xff\n", "expected UTF-8, got 'utf-8' codec can't decode byte 0xff"),
        (b'{"text": "\\ud800"}\n', "line 1 of the JSON lines should look like"),
        (b'{"text": "Oslo"}\n\n{"txt": 1}\n', "line 3 of the JSON lines should look like"),
        (
            b'{"text": "Bo", "fixed": [{"start": 0, "end": 9, "label": "PER"}]}\n',
            "line 1: ",
        ),
    ],
)
def test_what_annotate_cannot_read_is_named_with_its_line(
    learned: Learned,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    message: str,
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    main(["annotate", "--model", str(learned.folder)])
    assert message in capsys.readouterr().err


def spans(printed: str) -> list[tuple[str, list[tuple[int, int, str]]]]:
    """Each document's text with its entities."""
    records = [json.loads(line) for line in printed.splitlines()]
    return [
        (record["text"], sorted((e["start"], e["end"], e["label"]) for e in record["entities"]))
        for record in records
    ]


def test_documents_of_a_file_are_annotated_together_as_they_are_alone(
    learned: Learned,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decided = {"text": TEXT, "fixed": [{"start": 0, "end": 13, "label": "MINE"}]}
    texts = [TEXT, "", "Oslo", None, f"Oslo. {TEXT}", TEXT]
    lines = [json.dumps(decided if text is None else {"text": text}) for text in texts]
    content = "\n".join([*lines, '{"txt": 1}', *lines])
    file = tmp_path / "a.jsonl"
    file.write_text(content)
    model = ["--model", str(learned.folder)]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content.encode())))
    assert main(["annotate", *model]) == 2
    single = capsys.readouterr()
    piped: list[int] = []
    pipe = Pipeline.pipe

    def counted(pipeline: Pipeline, texts: list[str], *rest: SamplerSettings) -> object:
        piped.append(len(texts))
        return pipe(pipeline, texts, *rest)

    monkeypatch.setattr(Pipeline, "pipe", counted)
    assert main(["annotate", str(file), *model]) == 2
    batched = capsys.readouterr()
    assert piped == [3, 2]
    assert batched.err == single.err
    assert "line 7 of the JSON lines should look like" in batched.err
    assert spans(batched.out) == spans(single.out)
    assert len(spans(single.out)) == len(texts)


@pytest.mark.parametrize("name", ["warp", "meta", "cuda:99"])
@pytest.mark.parametrize(
    "verb", ["annotate", "bench", "baseline", "evaluate", "fragments", "train"]
)
def test_a_device_that_is_not_here_is_one_line(
    learned: Learned,
    data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    verb: str,
    name: str,
) -> None:
    model, out = str(learned.folder), tmp_path / "out"
    options = {
        "evaluate": ["--model", model, "--data", str(data)],
        "fragments": ["--model", model, "--train", str(data), "--dev", str(data)],
        "train": training(data, out, "--from", model),
        "baseline": training(data, out, "--encoder", model),
    }
    assert main([verb, *options.get(verb, []), "--device", name]) == 2
    message = capsys.readouterr().err
    assert message.startswith(f"{verb}: device '{name}' cannot be used, expected one that is here")
    assert message.count("\n") == 1


def test_a_device_can_be_chosen(
    learned: Learned, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--model", str(learned.folder), "--data", str(data), "--device", "cpu"]
    assert main(["evaluate", *options, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["runs"][0]["sentences"] == len(SENTENCES)


def test_a_fault_of_the_end_costs_no_training(
    learned: Learned, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    common = [*training(data, out), "--from", str(learned.folder)]
    for fault in (["--test", str(tmp_path / "none")], ["--card", str(tmp_path)]):
        assert main(["train", *common, *fault]) == 2
        assert capsys.readouterr().err.count("\n") == 1
        assert not (out / WEIGHTS).exists()
