"""Every experiment from its command to its table, in miniature."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from core.__main__ import main
from core.config import TrainingConfig
from core.inference.decoding import Candidate
from core.inference.instant import scaling
from core.research.experiments.registry import EXPERIMENTS
from core.research.experiments.runs import error_finders, measures
from core.research.experiments.studies import sampling
from core.training.fine_tuning import fine_tuning_config, with_epochs
from core.types import Confidence
from tests.core.research.experiments.conftest import Bench

_ROOT = Path(__file__).resolve().parents[4]
_WARM = ["--set", "epochs=1", "--min-steps", "0"]
_TINY = [*_WARM, "--set", "hidden_size=32", "--set", "num_heads=2"]
_PRESET = [*_TINY, "--set", "lstm_layers=1", "--set", "frozen_epochs=0"]
OPTIONS: dict[str, list[str]] = {
    "table1": [*_PRESET, "--corpora", "ace04"],
    "table2": [*_PRESET, "--corpora", "conll03"],
    "recipe": [*_TINY, "--only", "gum_named default"],
    "departures": [*_TINY, "--set", "epochs=2", "--only", "positions seed"],
    "corpora": [*_TINY, "--corpora", "gum_named"],
    "crossner": [*_WARM, "--corpora", "crossner_ai"],
    "few": [*_WARM, "--corpora", "crossner_ai", "--only", " 10 "],
    "forgetting": [*_WARM, "--only", "0.5"],
    "convergence": _TINY,
    "table3": [*_TINY, "--only", "seed 0"],
    "table4": [*_TINY, "--only", "*encoder*"],
    "table5": [*_TINY, "--only", "linear T 1000"],
    "table6": [*_TINY, "--only", "mixed K 60"],
}


_WARM_STARTED = {"crossner", "few", "forgetting"}
_MEASURED = {"figure3", "figure4", "seeds", "constrained", "confidence", "label_errors"}


def half_right(model: object, sentences: list[tuple[str, ...]], *_: object) -> list[Any]:
    """Of each sentence the first word as a name: right in one of four."""
    sure = Confidence(left=0.9, right=0.8, type=0.7, since=1, support=0.5)
    return [[Candidate(0, 1, "PER", 0.8, 1, 0, sure)] for _ in sentences]


def single_epoch(sentences: int) -> TrainingConfig:
    """What a retraining is given, but for its length."""
    return with_epochs(fine_tuning_config(sentences), 1)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_each_experiment_goes_from_its_command_to_its_table(
    name: str,
    bench: Bench,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sampling, "_SEEDS", 2)
    monkeypatch.setattr(error_finders, "ERRORS", 0.5)
    monkeypatch.setattr(error_finders, "fine_tuning_config", single_epoch)
    monkeypatch.setattr(scaling, "_SENTENCES", 5)
    if name == "confidence":
        monkeypatch.setattr(measures, "propose", half_right)
    options = ["--data", str(bench.data), "--out", str(tmp_path), "--quick"]
    if name not in _WARM_STARTED | _MEASURED:
        options += ["--encoder", str(bench.encoder)]
    else:
        options += ["--model", str(bench.model), "--tagger", str(bench.tagger)]
    assert main(["experiment", name, *options, *OPTIONS.get(name, [])]) == 0
    captured = capsys.readouterr().out
    assert "skipped" not in captured
    table = (tmp_path / f"{name}.md").read_text()
    assert table in captured
    assert "--quick" in table
    assert "https://cdn" not in (tmp_path / f"{name}.html").read_text()
    assert (tmp_path / "plotly.min.js").is_file()
    with (tmp_path / f"{name}.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    column = next(item for item in ("F1", "final dev F1", "mean F1", "AUROC") if item in rows[0])
    assert any(row[column] for row in rows if row.get("source") != "paper")
    assert not list(tmp_path.rglob("*.safetensors")), "trained weights were left behind"


def test_the_help_and_the_page_name_every_experiment_and_what_it_asks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["experiment", "--help"])
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    asked = {name: made.question for name, made in EXPERIMENTS.items()}
    assert asked.items() <= dict(line for line in lines if len(line) == 2).items()
    page = (_ROOT / "docs" / "experiments.md").read_text("utf-8")
    assert [name for name in EXPERIMENTS if f"\n| `{name}` | " not in page] == []


def test_a_corpus_that_is_not_there_is_told_in_its_row(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--data", str(bench.data), "--out", str(tmp_path), "--encoder", str(bench.encoder)]
    assert main(["experiment", "table1", *options, "--only", "genia"]) == 0
    assert "skipped" in capsys.readouterr().out
    rows = (tmp_path / "table1.md").read_text().splitlines()
    ours = next(row for row in rows if row.startswith("| ours | genia"))
    assert f"{bench.data / 'genia'} is not there" in ours
    paper = next(row for row in rows if row.startswith("| paper | genia | DiffusionNER"))
    assert "82.10 | 80.97 | 81.53" in paper


def test_a_corpus_that_the_table_does_not_have_is_refused(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--data", str(bench.data), "--out", str(tmp_path), "--corpora", "wikigold"]
    assert main(["experiment", "table1", *options]) == 2
    assert "ace04, ace05, genia" in capsys.readouterr().err
