"""The distinct spans of all denoising steps: proposals that meet are exchangeable, so one stands
for all of them.

B sentences, K spans of each of E seeds, γ steps, N distinct spans of the whole batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from ..diffusion.sampler import SamplerStep


@dataclass(frozen=True)
class Distinct:
    """Every (sentence, l, r) that was proposed at some step, in this order, once: what a noisy
    span predicted, and the likely boundaries beside that."""

    rows: Tensor  # (N,): which sentence of the batch
    words: Tensor  # (N, 2): inclusive word indices
    left_probs: Tensor  # (N,): P^l where P^l + P^r was highest, of equals the first
    right_probs: Tensor  # (N,)
    steps: Tensor  # (N,): the step of that, 0 … γ - 1
    slots: Tensor  # (N,): the noisy span of that
    landed: Tensor  # (N, γ): how many noisy spans stood there after each step
    by_seed: Tensor  # (N, E): each seed's highest P^l + P^r; 0 where it never proposed it

    def take(self, index: Tensor) -> Distinct:
        """Those at `index`."""
        return Distinct(**{each.name: getattr(self, each.name)[index] for each in fields(self)})

    def type_probs(self, step: SamplerStep) -> Tensor:
        """P^c (N, C + 1), each computed once; `step` is any of those gathered."""
        counts = torch.bincount(self.rows)
        place = torch.arange(len(self.rows), device=self.rows.device)
        place = place - (counts.cumsum(0) - counts)[self.rows]
        padded = self.words.new_zeros(len(step.words), int(counts.max()), 2)
        padded[self.rows, place] = self.words
        return step.classify(padded)[self.rows, place]


def distinct(history: Sequence[SamplerStep]) -> Distinct:
    """Collapse all that the steps of one batch proposed."""
    seeds = history[0].seeds
    words = torch.stack([step.near for step in history], 1)  # (B, γ, K, near, 2)
    probs = torch.stack([torch.stack([s.near_left, s.near_right], -1) for s in history], 1)
    batch, gamma, slots, near = words.shape[:4]
    longest = int(words.max()) + 1
    row = torch.arange(batch, device=words.device)[:, None, None, None]
    key = ((row * longest + words[..., 0]) * longest + words[..., 1]).flatten()
    unique, inverse = key.unique(return_inverse=True)
    sums = probs.sum(-1).flatten()
    first = _first_best(sums, inverse, len(unique))
    where = first // near % (gamma * slots)
    index = torch.arange(len(key), device=key.device)
    at = index // (slots * near) % gamma
    seed = index // near % slots // (slots // seeds)
    there = inverse[::near] * gamma + at[::near]  # the predicted ones come first
    left, right = probs.flatten(0, 3)[first].unbind(-1)
    return Distinct(
        rows=first // (gamma * slots * near),
        words=words.flatten(0, 3)[first],
        left_probs=left,
        right_probs=right,
        steps=where // slots,
        slots=where % slots,
        landed=torch.bincount(there, minlength=len(unique) * gamma).view(-1, gamma),
        by_seed=sums.new_zeros(len(unique) * seeds)
        .scatter_reduce(0, inverse * seeds + seed, sums, "amax")
        .view(-1, seeds),
    )


def _first_best(values: Tensor, group: Tensor, groups: int) -> Tensor:
    """For each group the index of its highest value, of equals the first: (groups,)."""
    best = values.new_full((groups,), -torch.inf).scatter_reduce(0, group, values, "amax")
    index = torch.arange(len(values), device=values.device)
    index = torch.where(values == best[group], index, len(values))
    return index.new_full((groups,), len(values)).scatter_reduce(0, group, index, "amin")
