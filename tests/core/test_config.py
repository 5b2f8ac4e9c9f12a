"""Settings that a model or a training cannot have."""

from __future__ import annotations

import math
from typing import Any

import pytest

from core.config import ModelConfig, TrainingConfig


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"encoder_lr": -1e-4}, "encoder_lr must be at least 0, got -0.0001"),
        ({"decoder_lr": math.nan}, "decoder_lr must be at least 0, got nan"),
        ({"weight_decay": math.inf}, "weight_decay must be at least 0, got inf"),
        ({"distance_weight": -1.0}, "distance_weight must be at least 0"),
        ({"no_entity_weight": -1.0}, "no_entity_weight must be at least 0"),
        ({"gold_copies": -1}, "gold_copies must be at least 0"),
        ({"warmup": 2.0}, "warmup must be from 0 to 1, got 2.0"),
        ({"pure_noise": math.nan}, "pure_noise must be from 0 to 1, got nan"),
        ({"seed": 10**18}, "seed must be from -1000000000000 to 1000000000000"),
    ],
)
def test_a_training_with_a_setting_out_of_its_range_is_refused(
    settings: dict[str, Any], expected: str
) -> None:
    with pytest.raises(ValueError, match=expected):
        TrainingConfig(**settings)


@pytest.mark.parametrize(
    "settings",
    [{"encoder_lr": 0.0}, {"warmup": 0.0}, {"warmup": 1.0}, {"pure_noise": 1.0}, {"seed": -1}],
)
def test_a_setting_at_the_end_of_its_range_is_taken(settings: dict[str, Any]) -> None:
    TrainingConfig(**settings)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"num_heads": 0}, "num_heads must be at least 1, got 0"),
        ({"hidden_size": 0}, "hidden_size must be at least 1"),
        ({"pointer_size": -1}, "pointer_size must be at least 1"),
        ({"lstm_layers": -1}, "lstm_layers must be at least 0"),
        ({"dropout": 7.0}, "dropout must be from 0 to 1, got 7.0"),
        ({"scale": math.nan}, "scale > 0, got 1000 and nan"),
    ],
)
def test_a_model_with_a_setting_out_of_its_range_is_refused(
    settings: dict[str, Any], expected: str
) -> None:
    with pytest.raises(ValueError, match=expected):
        ModelConfig(("PER",), **settings)
