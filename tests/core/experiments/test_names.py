"""Every experiment from its command to its table, in miniature."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from core.__main__ import main
from core.experiments.registry import EXPERIMENTS
from tests.core.experiments.conftest import Bench

_TINY = ["--set", "hidden_size=32", "--set", "num_heads=2", "--set", "epochs=1"]
_WARM = ["--set", "epochs=1"]
OPTIONS: dict[str, list[str]] = {
    "recipe": [*_TINY, "--only", "gum_named default"],
    "corpora": _TINY,
    "crossner": [*_WARM, "--corpora", "crossner_ai"],
    "few": [*_WARM, "--corpora", "crossner_ai", "--only", " 10 "],
    "convergence": _TINY,
    "table3": [*_TINY, "--only", "seed 0"],
    "table4": _TINY,
    "table5": [*_TINY, "--only", "T 1000"],
    "table6": [*_TINY, "--only", "K 60"],
}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_each_experiment_goes_from_its_command_to_its_table(
    name: str, bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--data", str(bench.data), "--out", str(tmp_path), "--quick"]
    if name not in ("crossner", "few", "seeds"):
        options += ["--encoder", str(bench.encoder)]
    if name in ("crossner", "few", "figure3", "figure4", "seeds"):
        options += ["--model", str(bench.model), "--tagger", str(bench.tagger)]
    assert main(["experiment", name, *options, *OPTIONS.get(name, [])]) == 0
    said = capsys.readouterr().out
    assert "passed over" not in said
    table = (tmp_path / f"{name}.md").read_text()
    assert table in said
    assert "--quick" in table
    assert "plotly" in (tmp_path / f"{name}.html").read_text()
    with (tmp_path / f"{name}.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    column = next(each for each in ("F1", "final dev F1", "mean F1", "AUROC") if each in rows[0])
    assert any(row[column] for row in rows)
    assert not list(tmp_path.rglob("*.safetensors")), "trained weights were left behind"
