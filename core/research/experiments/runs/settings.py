"""The fields of ModelConfig and TrainingConfig that a run or the command line overrides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from ....config import ModelConfig, TrainingConfig

Setting = str | int | float | bool | tuple[str, ...]
_FITTED = frozenset({"calibration", "flat_calibration"})
"""Fields of ModelConfig that come from the data alone, so that no run sets them."""
_MODEL = {field.name for field in fields(ModelConfig)} - {"labels", *_FITTED}
_TRAINING = {field.name for field in fields(TrainingConfig)}
_CANDIDATE_ONLY = {
    *("num_heads", "pointer_size", "self_attention", "cross_attention"),
    *("timesteps", "schedule", "scale", "threshold", "flat_threshold"),
    *("num_spans", "expansion", "gold_copies", "distance_weight"),
    *("pure_noise", "no_entity_weight", "all_spans_weight", "boundary_loss"),
}
"""Settings that no baseline uses."""


def without_fitted(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that a run has from its beginning."""
    return {name: value for name, value in settings.items() if name not in _FITTED}


def without_candidate_settings(settings: dict[str, Any] | None) -> dict[str, Any] | None:
    """The settings that a baseline uses: runs that differ only in others are the same."""
    if settings is None:
        return None
    return {name: value for name, value in settings.items() if name not in _CANDIDATE_ONLY}


def split_overrides(overrides: Mapping[str, Setting]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split into fields of ModelConfig and of TrainingConfig. Raises ValueError for any other
    name."""
    strange = set(overrides) - _MODEL - _TRAINING
    if strange:
        raise ValueError(
            f"no setting is called {', '.join(sorted(strange))}; a model has "
            f"{', '.join(sorted(_MODEL))}; training has {', '.join(sorted(_TRAINING))}"
        )
    model = {name: value for name, value in overrides.items() if name in _MODEL}
    return model, {name: value for name, value in overrides.items() if name in _TRAINING}


def parse_overrides(texts: Iterable[str]) -> dict[str, Setting]:
    """Parse `name=value` for any field of ModelConfig or TrainingConfig as the default's type.

    Raises ValueError for an unknown name or a value of another type.
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
    if isinstance(default, tuple):
        return tuple(value.split("+")) if value else ()
    try:
        return type(default)(value)
    except ValueError:
        raise ValueError(f"{name} is a number such as {default}, got {value!r}") from None
