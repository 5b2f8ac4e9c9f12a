"""Two processes that learn together come to what one comes to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from core.data.batching import Gold
from core.training import distributed, trainer
from tests.core import learning_together
from tests.core.tiny import SENTENCES

ROOT = Path(__file__).resolve().parents[3]
TWO = (
    "-m accelerate.commands.launch --multi_gpu --num_processes 2 --num_machines 1 "
    "--mixed_precision no --dynamo_backend no --main_process_port 0"
)
"""`--multi_gpu` is accelerate's word for several processes; without a GPU they speak gloo."""


def isolated(encoder: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What this process is told, when it trains alone."""
    folder.mkdir()
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    monkeypatch.setattr(trainer, "_REPORT_EVERY", 1)
    with torch.random.fork_rng(devices=[]):
        learning_together.main(encoder, folder)
    reported: dict[str, Any] = json.loads((folder / "told-0.json").read_text())
    return reported


def combined(encoder: Path, folder: Path) -> list[dict[str, Any]]:
    """What each of two processes of a training is told."""
    folder.mkdir()
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    script = ["tests/core/learning_together.py", str(encoder), str(folder)]
    command = [sys.executable, *TWO.split(), *script]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=300)
    return [json.loads(path.read_text()) for path in sorted(folder.glob("told-*.json"))]


def test_two_processes_have_the_losses_of_one_and_agree_on_every_weight(
    encoder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    single = isolated(encoder_folder, tmp_path / "one", monkeypatch)
    first, second = combined(encoder_folder, tmp_path / "two")

    assert len(first["losses"]) == len(single["losses"]) == 12
    for item, pair in zip(single["losses"], first["losses"], strict=True):
        assert pair == pytest.approx(item, rel=1e-3)
    assert first["losses"][0] == pytest.approx(single["losses"][0], rel=1e-5)
    assert first["weights"] == second["weights"]
    assert (first["records"], second["records"]) == (single["records"], 0)
    assert (tmp_path / "two" / "model" / "model.safetensors").is_file()
    assert not (tmp_path / "two" / "model" / "checkpoint").exists()


def test_a_process_alone_takes_all_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    distributed.init()
    values, layer = torch.tensor([1.0, 2.0]), nn.Linear(2, 1)
    layer(values).sum().backward()
    before = [
        parameter.grad.clone() for parameter in layer.parameters() if parameter.grad is not None
    ]
    distributed.all_reduce_gradients(layer)
    after = [parameter.grad for parameter in layer.parameters()]
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True) if b is not None)
    assert distributed.all_reduce_sum(values) is values
    assert distributed.broadcast("told") == "told"
    assert (distributed.shard(7), distributed.rank(), distributed.is_main_process()) == (
        slice(None),
        0,
        True,
    )
    distributed.shutdown()


class SecondOfThree:
    """Of three processes the second."""

    process_index, num_processes = 1, 3


@pytest.mark.parametrize(("rows", "taken"), [(7, [1, 4]), (3, [1]), (2, [0, 1])])
def test_a_share_is_every_third_row_and_all_of_too_few(
    monkeypatch: pytest.MonkeyPatch, rows: int, taken: list[int]
) -> None:
    monkeypatch.setattr(distributed, "_state", SecondOfThree())
    assert list(range(rows))[distributed.shard(rows)] == taken
    assert not distributed.is_main_process()


def test_the_gold_of_some_rows_is_theirs() -> None:
    gold = Gold.of(SENTENCES, ("LOC", "MISC", "ORG", "PER"), torch.device("cpu"))
    some = gold.rows(slice(1, None, 2))
    assert some.counts == [4, 0]
    assert torch.equal(some.boundaries, gold.boundaries[[1, 3]])
    assert torch.equal(some.types, gold.types[[1, 3]])
    assert torch.equal(some.unknown, gold.unknown[[1, 3]])


def test_several_processes_without_accelerate_are_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setitem(sys.modules, "accelerate", None)
    with pytest.raises(ModuleNotFoundError, match=r"requirements-processes\.txt"):
        distributed.init()
