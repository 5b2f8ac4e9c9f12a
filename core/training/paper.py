"""The paper's training objective: lines 8 and 9 of Algorithm 1, with the matching of appendix A.

B sentences, K spans, C types and ∅ (the last index).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from ..config import TrainingConfig
from ..data.batching import Gold
from ..diffusion import boundaries as codec
from ..modeling.model import DiffusionNER
from ..modeling.network import BoundaryLogProbs
from ..types import Example
from . import distributed, losses
from .matching import match, match_one_to_one
from .objective import noised_batch

_SMALLEST = 1e-30
"""The least 1 - P whose logarithm is taken."""


def paper_losses(
    model: DiffusionNER,
    examples: Sequence[Example],
    config: TrainingConfig,
    generator: torch.Generator,
) -> dict[str, Tensor]:
    """Line 9: -Σ_i (log P_i^c(π^c(i)) + Σ_δ log P_i^δ(π^δ(i))) over the K spans of a sentence; the
    mean over the sentences of the batch, in distributed training this process's share.

    The departure "matching" assigns every span, and its type is that of the gold entity with
    exactly the predicted boundaries.
    """
    noised = noised_batch(model, examples, config, generator)
    gold, lengths = noised.gold, noised.encoded.lengths
    output = model.denoiser(noised.x_t, noised.t, noised.encoded)
    positions = codec.to_positions(noised.x_t, lengths, model.config.scale)
    ours = model.config.departures
    costs = (output, output.type_probs(), positions, gold, lengths, config.distance_weight)
    assignment = losses.assign(*costs, match if "matching" in ours else match_one_to_one)
    targets = assigned_types(assignment, gold, model.no_entity)
    if "matching" in ours:
        targets = losses.type_targets(output.best(), gold, model.no_entity)
    softmax = config.boundary_loss == "gold_word" or "pointer" in ours
    boundary = (losses.boundary_losses if softmax else boundary_losses)(output, assignment, gold)
    types = type_losses(output.type_logits, targets, gold.unknown, config.no_entity_weight)
    sentences = distributed.all_reduce_sum(torch.tensor(len(targets), device=targets.device))
    return {"boundary": boundary.sum() / sentences, "type": types.sum() / sentences}


def assigned_types(assignment: Tensor, gold: Gold, no_entity: int) -> Tensor:
    """π^c (B, K): the type of the gold entity that each span is assigned to, else ∅ (appendix
    A)."""
    types = gold.types.gather(1, assignment.clamp(min=0))
    return torch.where(assignment >= 0, types, no_entity)


def boundary_losses(output: BoundaryLogProbs, assignment: Tensor, gold: Gold) -> Tensor:
    """-Σ_δ log P^δ(π^δ) of line 9 for each span, 0 for ∅: (B, K).

    A sigmoid gives each word a probability of its own, so the likelihood that π^δ is the boundary
    and no other word is has a factor 1 - P^δ for each of the others. `losses.boundary_losses`
    leaves those out, as line 9 is printed; then P^δ = 1 for all words is the optimum.
    """
    index, others = assignment.clamp(min=0), torch.zeros(())
    for side, log_probs in enumerate((output.left_log_probs, output.right_log_probs)):
        boundary = gold.boundaries[..., side].gather(1, index).clamp(min=0)[:, :, None]
        absent = torch.log(-torch.expm1(log_probs.clamp(max=-_SMALLEST)))  # log(1 - P^δ)
        others = others - (absent.sum(2) - absent.gather(2, boundary)[:, :, 0])
    return losses.boundary_losses(output, assignment, gold) + others * (assignment >= 0)


def type_losses(logits: Tensor, targets: Tensor, unknown: Tensor, no_entity: float) -> Tensor:
    """-log P^c(π^c) of line 9 (B, K), with the weight `no_entity` for ∅, 1 in the paper. Labels
    `unknown` (B, C + 1) to a sentence's annotators are masked, as in `losses.type_loss`."""
    logits = logits.masked_fill(unknown[:, None], losses.UNKNOWN_LOGIT)
    weights = torch.where(targets == logits.shape[-1] - 1, no_entity, 1.0)
    return weights * F.cross_entropy(logits.transpose(1, 2), targets, reduction="none")
