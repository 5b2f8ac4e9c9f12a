"""What was measured of a model's span features stays with the model."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from core.inference.instant import scaling as module
from core.inference.instant.scaling import Scaling, ScalingError, measure_folder
from core.modeling.model import SPAN_SCALING, DiffusionNER
from tests.core.conftest import NewModel


@pytest.fixture
def model(new_model: NewModel) -> DiffusionNER:
    return new_model()


def test_features_are_centred_and_as_wide_as_each_other_on_the_samples(model: DiffusionNER) -> None:
    parts = list(module.sample_embeddings(model))
    scaled = Scaling.of_embeddings(parts)(torch.cat(parts))
    assert scaled.mean(0).abs().max() < 1e-3
    assert scaled.std(0).max() < 1.001


def test_a_measured_folder_gives_what_would_be_measured(
    model: DiffusionNER, tmp_path: Path
) -> None:
    model.save(tmp_path)
    assert Scaling.load(tmp_path, model) is None
    measure_folder(tmp_path, model)
    loaded, measured = Scaling.load(tmp_path, model), Scaling.of(model)
    assert loaded is not None
    assert torch.equal(loaded.mean, measured.mean)
    assert torch.equal(loaded.deviation, measured.deviation)


def test_weights_that_are_saved_anew_are_not_scaled_as_those_before(
    model: DiffusionNER, tmp_path: Path
) -> None:
    model.save(tmp_path)
    measure_folder(tmp_path, model)
    model.save(tmp_path)
    assert Scaling.load(tmp_path, model) is None


def test_without_samples_the_folder_stays_as_it_is(
    model: DiffusionNER, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.save(tmp_path)
    monkeypatch.setattr(module, "SAMPLES", tmp_path / "none")
    measure_folder(tmp_path, model)
    assert Scaling.load(tmp_path, model) is None


@pytest.mark.parametrize("damage", ["cut off", "another model's", "not finite", "no deviation"])
def test_a_scaling_that_is_not_the_models_is_refused_with_the_remedy(
    model: DiffusionNER, tmp_path: Path, damage: str
) -> None:
    size = model.denoiser.span_embedding_size
    right = {"mean": torch.zeros(size), "deviation": torch.ones(size)}
    wrong = {
        "another model's": {"mean": torch.zeros(size + 1), "deviation": torch.ones(size + 1)},
        "not finite": {**right, "mean": torch.full((size,), torch.nan)},
        "no deviation": {**right, "deviation": torch.zeros(size)},
    }
    save_file(wrong.get(damage, right), tmp_path / SPAN_SCALING)
    if damage == "cut off":
        (tmp_path / SPAN_SCALING).write_bytes((tmp_path / SPAN_SCALING).read_bytes()[:-4])
    with pytest.raises(ScalingError, match="delete it, or measure again: `python -m core scaling"):
        Scaling.load(tmp_path, model)
