"""Training with linear layers in bfloat16, as on a CPU that is made for it."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
import torch

from core.diffusion.sampler import denoise
from core.modeling.half_linear import HalfLinear, halve_linears
from core.training.learner import DiffusionLearner
from core.training.trainer import train
from tests.core.conftest import NewModel
from tests.core.tiny import SENTENCES
from tests.core.training.test_trainer import CONFIG, DATA, SAMPLER, weights


@pytest.fixture(autouse=True)
def in_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.modeling.half_linear.has_bfloat16_matrices", lambda: True)
    monkeypatch.setattr("core.training.trainer._CHECKPOINT_EVERY", 1)
    monkeypatch.setattr("core.training.trainer._REPORT_EVERY", 1)


def test_a_score_of_layers_in_bfloat16_is_that_of_the_weights_of_its_epoch(
    new_model: NewModel, tmp_path: Path
) -> None:
    learner = DiffusionLearner(new_model(hidden_size=64), CONFIG, SAMPLER)
    for _ in train(learner, DATA, SENTENCES, CONFIG, tmp_path):
        pass
    fresh = new_model(hidden_size=64)
    fresh.load_state_dict(learner.model.state_dict())
    halve_linears(fresh)
    batch = [example.words for example in SENTENCES]
    trained, loaded = (
        next(denoise(model.eval(), batch, SAMPLER)) for model in (learner.model, fresh)
    )
    assert torch.equal(trained.left_probs, loaded.left_probs)
    assert torch.equal(trained.type_probs, loaded.type_probs)


def test_layers_in_bfloat16_are_trained_and_gone_on_with_in_the_same_bytes(
    new_model: NewModel, tmp_path: Path
) -> None:
    learners = [
        DiffusionLearner(new_model(dropout=0.1, hidden_size=64), CONFIG, SAMPLER) for _ in range(3)
    ]
    whole, stopped, resumed = learners
    list(train(whole, DATA, SENTENCES, CONFIG, tmp_path / "whole"))
    stream = train(stopped, DATA, SENTENCES, CONFIG, tmp_path / "part")
    assert len(list(islice(stream, 4))) == 4
    stream.close()  # type: ignore[attr-defined]
    list(train(resumed, DATA, SENTENCES, CONFIG, tmp_path / "part"))
    assert any(isinstance(module, HalfLinear) for module in whole.network.modules())
    assert weights(resumed) == weights(whole)
