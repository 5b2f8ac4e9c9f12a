"""The mean of trained models' weights (Wortsman et al., 2022, "Model soups"): of trainings that go
on from one another it is more exact than each, and costs no more to run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from ..config import TUNED
from ..modeling.model import DiffusionNER


def average_models(folders: Sequence[Path], device: str | torch.device = "cpu") -> DiffusionNER:
    """A model with the mean of the folders' weights, and the first one's φ and calibration.

    Raises ValueError if a folder's labels or settings of the architecture are not those of the
    first, and ModelError if one is not a model.
    """
    first, *others = (DiffusionNER.load(folder, device) for folder in folders)
    weights = {name: value.double() for name, value in _weights(first).items()}
    for folder, model in zip(folders[1:], others, strict=True):
        shapes = {name: value.shape for name, value in _weights(model).items()}
        if model.config.labels != first.config.labels:
            raise ValueError(
                f"{folder} has the labels {', '.join(model.config.labels)}, {folders[0]} has "
                f"{', '.join(first.config.labels)}; average models of the same labels"
            )
        same_shapes = shapes == {name: value.shape for name, value in weights.items()}
        if not same_shapes or _settings(model) != _settings(first):
            raise ValueError(
                f"{folder} is of another architecture than {folders[0]}{_differences(first, model)}"
                "; average models that were trained from the same one"
            )
        for name, value in _weights(model).items():
            weights[name] += value
    mean = {name: (value / len(folders)).float() for name, value in weights.items()}
    first.load_state_dict(mean, strict=False)
    return first


def _settings(model: DiffusionNER) -> dict[str, Any]:
    """What the weights were trained for: all settings but what is tuned afterwards."""
    return {name: value for name, value in asdict(model.config).items() if name not in TUNED}


def _differences(first: DiffusionNER, other: DiffusionNER) -> str:
    """Of settings, in brackets; empty where none differ."""
    theirs = _settings(other)
    unlike = [
        f"{name} {theirs[name]}, not {value}"
        for name, value in _settings(first).items()
        if theirs[name] != value
    ]
    return f" ({'; '.join(unlike)})" if unlike else ""


def _weights(model: DiffusionNER) -> dict[str, torch.Tensor]:
    state = model.state_dict()
    return {name: value for name, value in state.items() if value.is_floating_point()}
