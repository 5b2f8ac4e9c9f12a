"""The mean of models' weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from core.modeling.model import DiffusionNER
from core.training.averaging import average_models
from tests.core.conftest import NewModel


def saved(
    new_model: NewModel,
    folder: Path,
    shift: float,
    labels: tuple[str, ...] = ("LOC",),
    **settings: Any,
) -> Path:
    model = new_model(labels=labels, **settings)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(shift)
    model.save(folder)
    return folder


def test_each_weight_is_the_mean_of_the_models(new_model: NewModel, tmp_path: Path) -> None:
    folders = [saved(new_model, tmp_path / str(shift), shift) for shift in (0.0, 1.0, 2.0)]
    model = average_models(folders)
    for name, parameter in model.named_parameters():
        assert torch.equal(parameter, torch.ones_like(parameter)), name


def test_the_mean_of_one_model_is_that_model(new_model: NewModel, tmp_path: Path) -> None:
    new_model(labels=("LOC",)).save(tmp_path)
    expected, averaged = DiffusionNER.load(tmp_path), average_models([tmp_path])
    assert averaged.config == expected.config
    for name, value in expected.state_dict().items():
        assert torch.equal(averaged.state_dict()[name], value), name


def test_models_of_other_labels_are_refused(new_model: NewModel, tmp_path: Path) -> None:
    folders = [saved(new_model, tmp_path / label, 0.0, (label,)) for label in ("LOC", "PER")]
    with pytest.raises(ValueError, match=r"has the labels PER.*average models of the same labels"):
        average_models(folders)


def test_models_of_other_settings_are_refused_and_other_thresholds_are_not(
    new_model: NewModel, tmp_path: Path
) -> None:
    first = saved(new_model, tmp_path / "1", 0.0)
    threshold = saved(new_model, tmp_path / "2", 1.0, threshold=0.75)
    scale = saved(new_model, tmp_path / "3", 2.0, scale=2.0)
    average_models([first, threshold])
    with pytest.raises(ValueError, match=r"another architecture.*\(scale 2.0, not 1.0\)"):
        average_models([first, scale])
