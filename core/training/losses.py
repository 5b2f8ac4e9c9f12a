"""The set loss of Algorithm 1, line 9. In distributed training a mean is this process's share of
the mean over the whole batch.

B sentences, K spans, M words, N gold entities (padded), C types and ∅ (the last index).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ..data.batching import Gold
from ..devices import send
from ..modeling.network import BoundaryLogProbs
from . import distributed
from .divergence import TrainingDivergedError
from .matching import Matcher, match

UNKNOWN_LOGIT = -1e4


def type_targets(boundaries: Tensor, gold: Gold, no_entity: int) -> Tensor:
    """Type targets (B, K) of spans (B, K, 2): the type of the gold entity with exactly these
    boundaries, else ∅. So P^c is the probability that the span is correct."""
    matches = (boundaries[:, :, None] == gold.boundaries[:, None]).all(-1)  # (B, K, N)
    types = gold.types[:, None].expand_as(matches).gather(2, matches.int().argmax(2, keepdim=True))
    return torch.where(matches.any(2), types[:, :, 0], no_entity)


@torch.no_grad()
def assign(
    output: BoundaryLogProbs,
    type_probs: Tensor,
    positions: Tensor,
    gold: Gold,
    lengths: Tensor,
    distance_weight: float,
    matcher: Matcher = match,
) -> Tensor:
    """The matching π̂ (B, K): the gold index assigned to each span, -1 for none.

    The cost is appendix A's -(P^l + P^r + P^c) plus the distance between the noisy boundaries
    `positions` (B, K, 2) and the gold ones, relative to the sentence's length. Raises
    TrainingDivergedError if a cost is not finite.
    """
    boundaries = gold.boundaries.clamp(min=0)
    cost = -_gather_gold(output.left_log_probs, boundaries[..., 0]).exp()
    cost -= _gather_gold(output.right_log_probs, boundaries[..., 1]).exp()
    cost -= _gather_gold(type_probs, gold.types)
    distance = (positions[:, :, None] - boundaries[:, None]).abs().sum(-1)  # (B, K, N)
    cost += distance_weight * distance / lengths[:, None, None]
    costs = cost.float().cpu().numpy()  # one transfer a batch
    if not np.isfinite(costs).all():
        raise TrainingDivergedError("training diverged: probabilities are not finite")
    rows = [matcher(costs[row, :, :count]) for row, count in enumerate(gold.counts)]
    return send(torch.from_numpy(np.stack(rows)), boundaries.device)


def boundary_loss(output: BoundaryLogProbs, assignment: Tensor, gold: Gold) -> Tensor:
    """Mean of -log P^l - log P^r at the assigned gold boundaries; 0 without gold entities."""
    matched = distributed.all_reduce_sum((assignment >= 0).sum())
    return boundary_losses(output, assignment, gold).sum() / matched.clamp(min=1)


def boundary_losses(output: BoundaryLogProbs, assignment: Tensor, gold: Gold) -> Tensor:
    """-log P^l - log P^r at the assigned gold boundaries, 0 without one: (B, K)."""
    index = assignment.clamp(min=0)
    left = gold.boundaries[..., 0].gather(1, index)[:, :, None].clamp(min=0)
    right = gold.boundaries[..., 1].gather(1, index)[:, :, None].clamp(min=0)
    loss = -output.left_log_probs.gather(2, left) - output.right_log_probs.gather(2, right)
    return loss[:, :, 0] * (assignment >= 0)


def type_loss(
    logits: Tensor, targets: Tensor, valid: Tensor, unknown: Tensor, no_entity_weight: float
) -> Tensor:
    """Weighted mean of -log P^c over the `valid` spans; logits (B, K, C + 1), the rest (B, K).

    Labels `unknown` (B, C + 1) to a sentence's annotators are masked: an unlabelled span may still
    be one of them.
    """
    no_entity = logits.shape[-1] - 1
    weights = torch.where(targets == no_entity, no_entity_weight, 1.0) * valid
    total = distributed.all_reduce_sum(weights.sum()).clamp(min=1.0)
    return (_type_surprise(logits, targets, unknown) * weights).sum() / total


def all_spans_loss(
    logits: Tensor, targets: Tensor, valid: Tensor, unknown: Tensor, lengths: Tensor
) -> Tensor:
    """-log P^c summed over the `valid` spans and divided by the number of words, as a biaffine
    classifier of all spans is trained (`core.baselines.biaffine`); logits (B, K, C + 1), `lengths`
    (B,), the rest as in `type_loss`."""
    surprise = _type_surprise(logits, targets, unknown) * valid
    return surprise.sum() / distributed.all_reduce_sum(lengths.sum())


def _type_surprise(logits: Tensor, targets: Tensor, unknown: Tensor) -> Tensor:
    """-log P^c of each span's target, the `unknown` labels masked: (B, K)."""
    masked = logits.masked_fill(unknown[:, None], UNKNOWN_LOGIT)
    losses = F.cross_entropy(masked.flatten(0, 1), targets.flatten(), reduction="none")
    return losses.view_as(targets)


def _gather_gold(values: Tensor, index: Tensor) -> Tensor:
    """Gather values (B, K, X) at the gold indices (B, N): (B, K, N)."""
    return values.gather(2, index[:, None].expand(-1, values.shape[1], -1))
