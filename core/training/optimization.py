"""The optimisation of a learner: gradient steps and learning rates."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ..config import TrainingConfig
from ..devices import mixed_precision
from ..evaluation.metrics import Scores
from ..modeling.half_linear import halve_linears
from ..types import Example
from . import distributed
from .learner import Learner

_FUSED = frozenset({"cpu", "cuda"})
"""Device types for which all of an update is one kernel."""
_MAX_GRADIENT_NORM = 1.0
_RANK_SEED_STRIDE = 500_000_003
"""The difference between the dropout seeds of two ranks."""


class Optimization:
    """Update a learner's weights, `total` steps in all."""

    def __init__(self, learner: Learner, config: TrainingConfig, total: int) -> None:
        self.learner, self.config, self.total = learner, config, total
        halve_linears(learner.network)
        self.optimizer = _optimizer(learner, config)

    @property
    def network(self) -> nn.Module:
        return self.learner.network

    @property
    def learning_rates(self) -> dict[str, float]:
        """Those of the last step, under their names in the settings."""
        names = ("encoder_lr", "decoder_lr")
        groups = self.optimizer.param_groups
        return {name: group["lr"] for name, group in zip(names, groups, strict=True)}

    def step(self, batch: Sequence[Example], number: int) -> dict[str, float]:
        """Take one gradient step and return the named losses. Its randomness depends only on the
        seed and the step's number."""
        seed = self.config.seed * 1_000_003 + number
        self._freeze(number)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak_lr"] * _lr_factor(number, self.total, self.config.warmup)
        network = self.network.train()
        device = next(network.parameters()).device
        with torch.random.fork_rng(), mixed_precision(device):
            torch.manual_seed(seed + _RANK_SEED_STRIDE * distributed.rank())  # dropout
            losses = self.learner.losses(batch, torch.Generator().manual_seed(seed))
        self.optimizer.zero_grad(set_to_none=True)
        stacked = torch.stack(list(losses.values()))
        total_loss: Tensor = stacked.sum()
        total_loss.backward()
        distributed.all_reduce_gradients(network)
        nn.utils.clip_grad_norm_(network.parameters(), _MAX_GRADIENT_NORM)
        self.optimizer.step()
        values = distributed.all_reduce_sum(stacked.detach())
        return dict(zip(losses, values.tolist(), strict=True))  # the step's one wait for a GPU

    def _freeze(self, number: int) -> None:
        """Let the pretrained encoder learn, or not yet: `TrainingConfig.frozen_epochs`."""
        if self.config.frozen_epochs:
            frozen = number * self.config.epochs <= self.config.frozen_epochs * self.total
            for parameter in self.optimizer.param_groups[0]["params"]:
                parameter.requires_grad_(not frozen)

    @torch.inference_mode()
    def evaluate(self, dev: Sequence[Example]) -> Scores:
        self.network.eval()
        return self.learner.evaluate(dev)


def _lr_factor(step: int, total: int, warmup: float) -> float:
    """Linear warm-up, then linear decay (section 5.3)."""
    warmup_steps = max(1.0, warmup * total)
    return min(step / warmup_steps, max(0.0, (total - step + 1) / max(1.0, total - warmup_steps)))


def _optimizer(learner: Learner, config: TrainingConfig) -> torch.optim.AdamW:
    """AdamW with one learning rate for the pretrained encoder and one for the rest.

    The pretrained input embeddings are frozen: they hold more than half of a small encoder's
    weights and cost a fifth of a step, and words that the training data lacks stay consistent with
    those it has.
    """
    learner.pretrained.get_input_embeddings().requires_grad_(False)
    pretrained = [
        parameter for parameter in learner.pretrained.parameters() if parameter.requires_grad
    ]
    pretrained_ids = {id(parameter) for parameter in learner.pretrained.parameters()}
    new = [
        parameter
        for parameter in learner.network.parameters()
        if id(parameter) not in pretrained_ids
    ]
    groups = [
        {"params": pretrained, "peak_lr": config.encoder_lr},
        {"params": new, "peak_lr": config.decoder_lr},
    ]
    fused = new[0].device.type in _FUSED
    return torch.optim.AdamW(groups, lr=0.0, weight_decay=config.weight_decay, fused=fused)
