"""Checkpoints of an unfinished training, from which it continues bit-identically.

A folder with `weights.safetensors`, `optimizer.safetensors` and `state.json`, moved into place as a
whole: a process killed while writing leaves the previous checkpoint.
"""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn

_STATE = "state.json"


@dataclass(frozen=True)
class TrainingState:
    """The progress of a training."""

    fingerprint: str
    """Hash of the settings and the data; a checkpoint with another one is not resumed."""
    step: int = 0
    best_f1: float = -1.0
    """-1 before the first development score; 0 for an undefined one."""
    best_loss: float | None = None
    """The mean training loss before the best development score."""
    bad_epochs: int = 0
    """Development scores since the best one."""
    loss_sum: float = 0.0
    loss_count: int = 0
    """Total loss and number of the steps since the last development score."""
    seconds: float = 0.0
    """How long the training took, all its parts together."""

    def after_step(self, loss: float, seconds: float) -> TrainingState:
        return replace(
            self,
            step=self.step + 1,
            loss_sum=self.loss_sum + loss,
            loss_count=self.loss_count + 1,
            seconds=seconds,
        )

    def after_evaluation(
        self, measured_f1: float | None, seconds: float
    ) -> tuple[TrainingState, bool]:
        """The state after a development score, and whether it is the best one.

        As long as F1 is 0, the lower training loss is the better one, and patience does not count.
        So it is where F1 is undefined, in development sentences without an entity.
        """
        f1 = measured_f1 or 0.0
        loss = self.loss_sum / self.loss_count if self.loss_count else math.inf
        ties_at_zero = f1 == self.best_f1 == 0
        learnt_more = self.best_loss is None or loss < self.best_loss
        best = f1 > self.best_f1 or (ties_at_zero and learnt_more)
        state = replace(
            self,
            best_f1=max(f1, self.best_f1),
            best_loss=loss if best else self.best_loss,
            bad_epochs=0 if best or ties_at_zero else self.bad_epochs + 1,
            loss_sum=0.0,
            loss_count=0,
            seconds=seconds,
        )
        return state, best


def save_checkpoint(
    folder: Path, network: nn.Module, optimizer: torch.optim.Optimizer, state: TrainingState
) -> None:
    """Write the checkpoint in `folder`, replacing the previous one."""
    temporary = _unfinished(folder)
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    save_file(
        {k: v.contiguous() for k, v in network.state_dict().items()},
        temporary / "weights.safetensors",
    )
    save_file(_flatten(optimizer.state_dict()["state"]), temporary / "optimizer.safetensors")
    (temporary / _STATE).write_text(json.dumps(asdict(state)))
    previous = _previous(folder)
    shutil.rmtree(previous, ignore_errors=True)
    if folder.exists():
        folder.rename(previous)
    temporary.rename(folder)
    shutil.rmtree(previous, ignore_errors=True)


def load_checkpoint(
    folder: Path, network: nn.Module, optimizer: torch.optim.Optimizer, fingerprint: str
) -> TrainingState:
    """Restore the checkpoint in `folder` and return its state; a fresh state if there is none or it
    does not belong to this training. Raises ValueError if it is damaged."""
    if not folder.exists() and _previous(folder).exists():
        _previous(folder).rename(folder)
    if not (folder / _STATE).is_file():
        return TrainingState(fingerprint)
    state = _read_state(folder)
    if state.fingerprint != fingerprint:
        return TrainingState(fingerprint)
    network.load_state_dict(load_file(folder / "weights.safetensors"))
    saved = optimizer.state_dict()
    saved["state"] = _unflatten(load_file(folder / "optimizer.safetensors"))
    optimizer.load_state_dict(saved)
    return state


def _read_state(folder: Path) -> TrainingState:
    try:
        return TrainingState(**json.loads((folder / _STATE).read_text()))
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"the checkpoint's {folder / _STATE} is damaged, or another version wrote it: "
            f"{error}; remove the folder {folder} to train from the beginning"
        ) from None


def remove_checkpoint(folder: Path) -> None:
    """Delete the checkpoint of a finished training, and what a kill left of others."""
    shutil.rmtree(_previous(folder), ignore_errors=True)
    shutil.rmtree(_unfinished(folder), ignore_errors=True)
    (folder / _STATE).unlink(missing_ok=True)  # without it, what a kill leaves is not resumed
    shutil.rmtree(folder, ignore_errors=True)


def _unfinished(folder: Path) -> Path:
    """Where a checkpoint is written before it is moved into place."""
    return folder.with_name(folder.name + ".new")


def _previous(folder: Path) -> Path:
    """Where the previous checkpoint is kept while the new one is moved into place."""
    return folder.with_name(folder.name + ".old")


def _flatten(state: dict[int, dict[str, Any]]) -> dict[str, torch.Tensor]:
    return {
        f"{index}.{name}": value.contiguous()
        for index, slots in state.items()
        for name, value in slots.items()
    }


def _unflatten(tensors: dict[str, torch.Tensor]) -> dict[int, dict[str, torch.Tensor]]:
    state: dict[int, dict[str, torch.Tensor]] = {}
    for key, value in tensors.items():
        index, name = key.split(".", 1)
        state.setdefault(int(index), {})[name] = value
    return state
