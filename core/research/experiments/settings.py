"""The fields of ModelConfig and TrainingConfig that a run or the command line changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from ...config import ModelConfig, TrainingConfig

Setting = str | int | float | bool
_MODEL = {field.name for field in fields(ModelConfig)} - {"labels"}
_TRAINING = {field.name for field in fields(TrainingConfig)}
_CANDIDATE_ONLY = {
    *("num_heads", "pointer_size", "self_attention", "cross_attention"),
    *("timesteps", "schedule", "scale", "threshold", "flat_threshold"),
    *("num_spans", "expansion", "gold_copies", "distance_weight"),
    *("pure_noise", "no_entity_weight"),
}
"""Settings that no baseline looks at."""


def without_candidate_settings(settings: dict[str, Any] | None) -> dict[str, Any] | None:
    """What a baseline looks at: two of its runs that differ in the rest are the same."""
    if settings is None:
        return None
    return {name: value for name, value in settings.items() if name not in _CANDIDATE_ONLY}


def split_overrides(overrides: Mapping[str, Setting]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fields of ModelConfig, and fields of TrainingConfig. Raises ValueError for any other."""
    strange = set(overrides) - _MODEL - _TRAINING
    if strange:
        raise ValueError(
            f"no setting is called {', '.join(sorted(strange))}; a model has "
            f"{', '.join(sorted(_MODEL))}; training has {', '.join(sorted(_TRAINING))}"
        )
    model = {name: value for name, value in overrides.items() if name in _MODEL}
    return model, {name: value for name, value in overrides.items() if name in _TRAINING}


def parse_overrides(texts: Iterable[str]) -> dict[str, Setting]:
    """`name=value` for any field of ModelConfig or TrainingConfig, read as the default's type.

    Raises ValueError for another name, or a value that is not of that type.
    """
    overrides: dict[str, Setting] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise ValueError(f"--set takes NAME=VALUE, got {text!r}; for example epochs=10")
        split_overrides({name: value})
        overrides[name] = _read(name, value)
    return overrides


def _read(name: str, value: str) -> Setting:
    default: Setting = getattr(ModelConfig(()) if name in _MODEL else TrainingConfig(), name)
    if isinstance(default, bool):
        if value not in ("true", "false"):
            raise ValueError(f"{name} is true or false, got {value!r}")
        return value == "true"
    try:
        return type(default)(value)
    except ValueError:
        raise ValueError(f"{name} is a number such as {default}, got {value!r}") from None
