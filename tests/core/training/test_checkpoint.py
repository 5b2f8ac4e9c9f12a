from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from core.training import checkpoint
from core.training.checkpoint import (
    TrainingState,
    load_checkpoint,
    remove_checkpoint,
    save_checkpoint,
)

Parts = tuple[nn.Linear, torch.optim.AdamW]
HERE = TrainingState("data", step=7, best_f1=0.5, bad_epochs=1)


def parts(seed: int, steps: int = 0) -> Parts:
    torch.manual_seed(seed)
    network = nn.Linear(3, 2)
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.1)
    for _ in range(steps):
        walk(network, optimizer)
    return network, optimizer


def walk(network: nn.Linear, optimizer: torch.optim.AdamW) -> None:
    optimizer.zero_grad()
    network(torch.ones(1, 3)).pow(2).sum().backward()
    optimizer.step()


def test_weights_moments_and_position_come_back_and_training_goes_on_alike(
    tmp_path: Path,
) -> None:
    network, optimizer = parts(1, steps=3)
    save_checkpoint(tmp_path / "c", network, optimizer, HERE)
    other, its_optimizer = parts(2)
    assert load_checkpoint(tmp_path / "c", other, its_optimizer, "data") == HERE
    for item in ((network, optimizer), (other, its_optimizer)):
        walk(*item)
    assert torch.equal(network.weight, other.weight)
    assert torch.equal(network.bias, other.bias)


def test_nothing_saved_means_the_beginning(tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path / "c", *parts(1), "data") == TrainingState("data")


def test_a_checkpoint_of_other_data_or_settings_is_not_resumed(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "c", *parts(1, steps=1), HERE)
    network, optimizer = parts(2)
    before = network.weight.clone()
    assert load_checkpoint(tmp_path / "c", network, optimizer, "new") == TrainingState("new")
    assert torch.equal(network.weight, before)


@pytest.mark.parametrize("content", ["", "[]", '{"fingerprint": "here", "pace": 3}'])
def test_a_damaged_checkpoint_says_which_folder_to_remove(tmp_path: Path, content: str) -> None:
    folder = tmp_path / "c"
    save_checkpoint(folder, *parts(1, steps=1), HERE)
    (folder / "state.json").write_text(content)
    with pytest.raises(ValueError, match=f"remove the folder {folder}"):
        load_checkpoint(folder, *parts(2), HERE.fingerprint)


@pytest.mark.parametrize(
    ("owner", "name", "calls"),
    [
        (checkpoint, "save_file", 2),
        (checkpoint.json, "dumps", 1),
        (Path, "rename", 2),
        (checkpoint.shutil, "rmtree", 3),
    ],
)
def test_a_save_that_is_killed_anywhere_leaves_a_whole_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, calls: int
) -> None:
    real = getattr(owner, name)
    for last in range(calls + 1):
        folder = tmp_path / str(last)
        save_checkpoint(folder, *parts(1, steps=1), TrainingState("data", step=1))
        made = []

        def dying(*args: Any, last: int = last, made: list[Any] = made, **kwargs: Any) -> Any:
            if len(made) == last:
                raise KeyboardInterrupt
            made.append(args)
            return real(*args, **kwargs)

        with monkeypatch.context() as patch, ExitStack() as stack:
            patch.setattr(owner, name, dying)
            if last < calls:
                stack.enter_context(pytest.raises(KeyboardInterrupt))
            save_checkpoint(folder, *parts(2, steps=2), TrainingState("data", step=2))
        network, optimizer = parts(3)
        position = load_checkpoint(folder, network, optimizer, "data")
        assert position.step in ((1, 2) if last < calls else (2,))
        assert torch.equal(network.weight, parts(position.step, steps=position.step)[0].weight)


def test_a_removed_checkpoint_is_forgotten_even_if_its_removal_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "c"
    save_checkpoint(folder, *parts(1, steps=1), HERE)
    monkeypatch.setattr("core.training.checkpoint.shutil.rmtree", lambda *_, **__: None)
    remove_checkpoint(folder)
    assert folder.exists()
    assert load_checkpoint(folder, *parts(2), "data") == TrainingState("data")


def test_with_a_checkpoint_goes_what_a_killed_save_left_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    for name in ("c", "c.old", "c.new"):
        save_checkpoint(tmp_path / name, *parts(1, steps=1), HERE)
    remove_checkpoint(folder)

    assert list(tmp_path.iterdir()) == []
    assert load_checkpoint(folder, *parts(2), "data") == TrainingState("data")
