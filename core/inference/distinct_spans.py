"""The distinct spans over all denoising steps: identical proposals are merged and scored once.

B sentences, K spans of each of E seeds, γ steps, N distinct spans of the whole batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from ..diffusion.sampler import SamplerStep


@dataclass(frozen=True)
class DistinctSpans:
    """Every distinct (sentence, l, r) that some step proposed, sorted: predictions of noisy spans
    and the candidates beside them."""

    rows: Tensor  # (N,): which sentence of the batch
    boundaries: Tensor  # (N, 2): inclusive word indices
    left_probs: Tensor  # (N,): P^l where P^l + P^r was highest, of equals the first
    right_probs: Tensor  # (N,)
    steps: Tensor  # (N,): the step of that, 0 … γ - 1
    slots: Tensor  # (N,): the noisy span of that
    counts_by_step: Tensor  # (N, γ): how many noisy spans stood there after each step
    by_seed: Tensor  # (N, E): each seed's highest P^l + P^r; 0 where it never proposed it

    def take(self, index: Tensor) -> DistinctSpans:
        """Select the spans at `index`."""
        return DistinctSpans(
            **{field.name: getattr(self, field.name)[index] for field in fields(self)}
        )

    def type_probs(self, step: SamplerStep) -> Tensor:
        """P^c (N, C + 1) of each span; `step` is any step of the same batch."""
        counts = torch.bincount(self.rows)
        column = torch.arange(len(self.rows), device=self.rows.device)
        column = column - (counts.cumsum(0) - counts)[self.rows]
        padded = self.boundaries.new_zeros(len(step.boundaries), int(counts.max()), 2)
        padded[self.rows, column] = self.boundaries
        return step.classify(padded)[self.rows, column]


def distinct_spans(history: Sequence[SamplerStep]) -> DistinctSpans:
    """Merge all proposals of the steps of one batch."""
    seeds = history[0].seeds
    boundaries = torch.stack([step.candidates for step in history], 1)  # (B, γ, K, near, 2)
    probs = torch.stack(
        [torch.stack([s.candidate_left_probs, s.candidate_right_probs], -1) for s in history], 1
    )
    batch, gamma, slots, per_slot = boundaries.shape[:4]
    num_words = int(boundaries.max()) + 1
    row = torch.arange(batch, device=boundaries.device)[:, None, None, None]
    key = ((row * num_words + boundaries[..., 0]) * num_words + boundaries[..., 1]).flatten()
    unique, inverse = key.unique(return_inverse=True)
    sums = probs.sum(-1).flatten()
    first = _first_argmax_by_group(sums, inverse, len(unique))
    slot_index = first // per_slot % (gamma * slots)
    index = torch.arange(len(key), device=key.device)
    step_index = index // (slots * per_slot) % gamma
    seed = index // per_slot % slots // (slots // seeds)
    landed = inverse[::per_slot] * gamma + step_index[::per_slot]  # the predicted ones come first
    left, right = probs.flatten(0, 3)[first].unbind(-1)
    return DistinctSpans(
        rows=first // (gamma * slots * per_slot),
        boundaries=boundaries.flatten(0, 3)[first],
        left_probs=left,
        right_probs=right,
        steps=slot_index // slots,
        slots=slot_index % slots,
        counts_by_step=torch.bincount(landed, minlength=len(unique) * gamma).view(-1, gamma),
        by_seed=sums.new_zeros(len(unique) * seeds)
        .scatter_reduce(0, inverse * seeds + seed, sums, "amax")
        .view(-1, seeds),
    )


def _first_argmax_by_group(values: Tensor, group: Tensor, groups: int) -> Tensor:
    """The index of each group's highest value, the first one among equals: (groups,)."""
    best = values.new_full((groups,), -torch.inf).scatter_reduce(0, group, values, "amax")
    index = torch.arange(len(values), device=values.device)
    index = torch.where(values == best[group], index, len(values))
    return index.new_full((groups,), len(values)).scatter_reduce(0, group, index, "amin")
