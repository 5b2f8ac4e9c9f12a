from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.inference.instant.scaling import Scaling
from core.research import instant
from core.research.instant import Cost, ratio, simulate
from tests.core.conftest import NewModel
from tests.core.tiny import SENTENCES, write_examples


def test_the_first_document_costs_what_it_costs_without_suggestions(new_model: NewModel) -> None:
    model = new_model()
    size = model.denoiser.span_embedding_size
    scaling = Scaling(torch.zeros(size), torch.ones(size))
    costs = list(simulate(model, scaling, SENTENCES * 10))
    entities = sum(len(example.entities) for example in (SENTENCES * 2)[:5])
    assert len(costs) == 8
    assert costs[0].gestures == costs[0].without == 1 + 2 * entities
    assert ratio(costs[4:]) < 1


def test_the_ratio_is_of_all_documents_together() -> None:
    assert ratio([Cost(1, 1, 0.0), Cost(1, 3, 0.0)]) == 0.5


def test_the_command_prints_a_line_for_a_file(
    new_model: NewModel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    new_model().save(tmp_path / "model")
    data = write_examples(tmp_path / "test.jsonl", SENTENCES)
    monkeypatch.setattr("sys.argv", ["instant", str(tmp_path / "model"), str(data), "--limit", "4"])
    instant.main()
    assert capsys.readouterr().out.startswith(f"{data}: 1.000, first 5 documents 1.00")
