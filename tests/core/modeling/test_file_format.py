"""A model of another generation says so, and is never half loaded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from core.modeling.file_format import FORMAT, KEY, outdated
from core.modeling.model import CONFIG, WEIGHTS, DiffusionNER, ModelError
from tests.core.conftest import NewModel


def aged(folder: Path, version: object, without: tuple[str, ...] = (), **model: object) -> None:
    saved = json.loads((folder / CONFIG).read_text())
    saved.pop(KEY)
    if version is not None:
        saved[KEY] = version
    saved["model"] |= model
    for name in without:
        del saved["model"][name]
    (folder / CONFIG).write_text(json.dumps(saved))


def test_a_saved_model_says_its_format_and_is_read(new_model: NewModel, tmp_path: Path) -> None:
    new_model().save(tmp_path)
    saved = json.loads((tmp_path / CONFIG).read_text())
    assert saved[KEY] == FORMAT
    assert outdated(saved) is None
    DiffusionNER.load(tmp_path)


@pytest.mark.parametrize(
    ("version", "predicted"),
    [
        (None, r"an earlier version of Spanneal \(model format 1, .*train --from .*assets/models"),
        (
            1,
            r"an earlier version of Spanneal \(model format 1, this one reads 5, 4, 3, and 2 with",
        ),
        (2, r"an earlier version of Spanneal \(model format 2, .*train --from .*assets/models"),
        (6, r"a later version of Spanneal \(model format 6, this one reads 5, .*update Spanneal"),
        ("new", r"a later version of Spanneal \(model format new, .*update Spanneal"),
    ],
)
def test_a_model_of_another_format_is_refused_by_what_it_is_and_what_helps(
    new_model: NewModel, tmp_path: Path, version: object, predicted: str
) -> None:
    new_model().save(tmp_path)
    aged(tmp_path, version)
    with pytest.raises(ModelError, match=predicted):
        DiffusionNER.load(tmp_path)


def test_a_model_of_the_generation_before_is_read_weight_by_weight(
    new_model: NewModel, tmp_path: Path
) -> None:
    model = new_model(threshold=0.5, flat_threshold=0.5)
    model.save(tmp_path)
    aged(tmp_path, 2, num_layers=1, without=("flat_threshold",), threshold=1.5)
    renamed = {
        name.replace("denoiser.span_encoder.", "denoiser.layers.0."): value
        for name, value in load_file(tmp_path / WEIGHTS).items()
    }
    assert any(name.startswith("denoiser.layers.0.") for name in renamed)
    save_file(renamed, tmp_path / WEIGHTS)
    loaded = DiffusionNER.load(tmp_path)
    assert loaded.config == model.config
    for name, value in model.state_dict().items():
        assert torch.equal(value, loaded.state_dict()[name]), name


def test_a_model_whose_scores_went_up_to_three_has_a_third_of_its_thresholds(
    new_model: NewModel, tmp_path: Path
) -> None:
    new_model().save(tmp_path)
    aged(tmp_path, 3, threshold=2.15, flat_threshold=1.65)
    config = DiffusionNER.load(tmp_path).config
    assert (config.threshold, config.flat_threshold) == (2.15 / 3, 1.65 / 3)


def test_a_model_of_more_layers_is_refused(new_model: NewModel, tmp_path: Path) -> None:
    new_model().save(tmp_path)
    aged(tmp_path, 2, num_layers=3)
    with pytest.raises(ModelError, match="an earlier version"):
        DiffusionNER.load(tmp_path)
