"""The paper's training objective: lines 8 and 9 of Algorithm 1, with the matching of appendix A.

B sentences, K spans, N gold entities (padded), C types and ∅ (the last index).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from ..config import ModelConfig, TrainingConfig
from ..data.batching import Gold
from ..diffusion import boundaries as codec
from ..modeling.model import DiffusionNER
from ..modeling.paper.denoiser import TypedLogProbs
from ..types import Example
from . import distributed, losses
from .matching import match_one_to_one
from .objective import NoisedBatch, noised_batch

_SMALLEST = 1e-30
"""The least 1 - P whose logarithm is taken."""


def paper_losses(
    model: DiffusionNER,
    examples: Sequence[Example],
    config: TrainingConfig,
    generator: torch.Generator,
) -> dict[str, Tensor]:
    """Line 9: -Σ_i (log P_i^c(π^c(i)) + Σ_δ log P_i^δ(π^δ(i))), over the K spans of a sentence, as
    the mean over the sentences of the batch; in distributed training, this process's share."""
    noised = noised_batch(model, examples, config, generator)
    output: TypedLogProbs = model.denoiser(noised.x_t, noised.t, noised.encoded)
    assignment, targets = _targets(model, output, noised, config)
    sentences = distributed.all_reduce_sum(torch.tensor(len(targets), device=targets.device))
    boundary = boundary_losses(model.config, config, output, assignment, noised.gold)
    types = type_losses(output, targets, noised.gold.unknown, config.no_entity_weight)
    return {"boundary": boundary.sum() / sentences, "type": types.sum() / sentences}


def boundary_losses(
    model: ModelConfig,
    config: TrainingConfig,
    output: TypedLogProbs,
    assignment: Tensor,
    gold: Gold,
) -> Tensor:
    """-Σ_δ log P^δ(π^δ) of each span, 0 for ∅: (B, K).

    A sigmoid gives each word a probability of its own, so the likelihood that π^δ is the boundary
    and no other word is one has a factor 1 - P^δ for each of the others. `boundary_loss =
    "gold_word"` leaves those out, as line 9 is printed; then P^δ = 1 for all words is the optimum,
    and training finds it (docs/results/training.md).
    """
    gold_words = losses.boundary_losses(output, assignment, gold)
    if config.boundary_loss == "gold_word" or "pointer" in model.departures:  # or a softmax
        return gold_words
    matched, index = assignment >= 0, assignment.clamp(min=0)
    others = torch.zeros_like(gold_words)
    for side, log_probs in enumerate((output.left_log_probs, output.right_log_probs)):
        boundary = gold.boundaries[..., side].gather(1, index).clamp(min=0)[:, :, None]
        absent = torch.log(-torch.expm1(log_probs.clamp(max=-_SMALLEST)))  # log(1 - P^δ)
        others = others - (absent.sum(2) - absent.gather(2, boundary)[:, :, 0])
    return gold_words + others * matched


def type_losses(
    output: TypedLogProbs, targets: Tensor, unknown: Tensor, no_entity_weight: float
) -> Tensor:
    """-log P^c at the targets (B, K), with a weight for ∅, which is 1 in the paper. Labels
    `unknown` (B, C + 1) to a sentence's annotators are masked, as in `losses.type_loss`."""
    logits = output.type_logits.masked_fill(unknown[:, None], losses.UNKNOWN_LOGIT)
    weights = torch.where(targets == logits.shape[-1] - 1, no_entity_weight, 1.0)
    return weights * F.cross_entropy(logits.transpose(1, 2), targets, reduction="none")


def assigned_types(assignment: Tensor, gold: Gold, no_entity: int) -> Tensor:
    """π^c (B, K): the type of the gold entity that each span is assigned to, else ∅."""
    types = gold.types.gather(1, assignment.clamp(min=0))
    return torch.where(assignment >= 0, types, no_entity)


def _targets(
    model: DiffusionNER, output: TypedLogProbs, noised: NoisedBatch, config: TrainingConfig
) -> tuple[Tensor, Tensor]:
    """π̂ and π^c, both (B, K). The departure "matching" assigns every span, and its type is that of
    the gold entity with exactly the predicted boundaries."""
    gold, lengths = noised.gold, noised.encoded.lengths
    types = output.type_probs()
    positions = codec.to_positions(noised.x_t, lengths, model.config.scale)
    costs = (output, types, positions, gold, lengths, config.distance_weight)
    if "matching" in model.config.departures:
        targets = losses.type_targets(output.best(), gold, model.no_entity)
        return losses.assign(*costs), targets
    assignment = losses.assign(*costs, match_one_to_one)
    return assignment, assigned_types(assignment, gold, model.no_entity)
