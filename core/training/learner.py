"""The protocol of what `core.training.trainer` trains, and its implementation for DiffusionNER."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from ..config import Architecture, ModelConfig, TrainingConfig, check_objective
from ..evaluation.evaluate import score_proposals
from ..evaluation.metrics import Scores
from ..evaluation.tuning import tune
from ..modeling.model import DiffusionNER
from ..types import Example, SamplerSettings
from .objective import diffusion_losses
from .paper import paper_losses


class Learner(Protocol):
    """A trainable model: losses, a development score and a folder."""

    @property
    def network(self) -> nn.Module: ...

    @property
    def architecture(self) -> ModelConfig:
        """Part of the checkpoint's fingerprint: settings that the weights alone do not
        determine."""
        ...

    @property
    def thresholds(self) -> Mapping[str, float]:
        """φ, nested and flat, under its names in `ModelConfig`; empty for a model without φ."""
        ...

    @property
    def pretrained(self) -> PreTrainedModel:
        """The part of `network` that is trained with the encoder's learning rate."""
        ...

    def losses(self, examples: Sequence[Example], generator: torch.Generator) -> dict[str, Tensor]:
        """The named losses of a batch; in distributed training, this process's share of them (see
        `core.training.distributed`)."""
        ...

    def evaluate(self, examples: Sequence[Example]) -> Scores: ...

    def save(self, folder: Path) -> None: ...


_OBJECTIVES: Mapping[Architecture, Callable[..., dict[str, Tensor]]] = {
    "spanneal": diffusion_losses,
    "paper": paper_losses,
}


@dataclass
class DiffusionLearner:
    """Train DiffusionNER with Algorithm 1; evaluation tunes the model's φ for nested and flat
    decoding and its calibration, and keeps them if the examples have no entity. Raises ValueError
    for a setting that the model's objective does not have."""

    model: DiffusionNER
    config: TrainingConfig
    sampler: SamplerSettings = SamplerSettings()

    def __post_init__(self) -> None:
        check_objective(self.config, self.model.config.architecture)

    @property
    def network(self) -> nn.Module:
        return self.model

    @property
    def architecture(self) -> ModelConfig:
        return self.model.config

    @property
    def thresholds(self) -> dict[str, float]:
        config = self.model.config
        return {"threshold": config.threshold, "flat_threshold": config.flat_threshold}

    @property
    def pretrained(self) -> PreTrainedModel:
        return self.model.encoder.transformer

    def losses(self, examples: Sequence[Example], generator: torch.Generator) -> dict[str, Tensor]:
        losses = _OBJECTIVES[self.model.config.architecture]
        return losses(self.model, examples, self.config, generator)

    def evaluate(self, examples: Sequence[Example]) -> Scores:
        proposals = tune(self.model, examples, self.sampler)
        flat = self.sampler.flat
        return score_proposals(examples, proposals, self.model.config.phi(flat), flat)

    def save(self, folder: Path) -> None:
        self.model.save(folder, torch.float16)
