"""The distinct spans over all denoising steps: identical proposals are merged and scored once.

B sentences, K spans of each of E seeds, γ steps, N distinct spans of the whole batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor
from torch.nn import functional as F

from ..diffusion import boundaries as codec
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
    type_probs: Tensor  # (N, C + 1): P^c

    def take(self, index: Tensor) -> DistinctSpans:
        """Select the spans at `index`."""
        return DistinctSpans(
            **{field.name: getattr(self, field.name)[index] for field in fields(self)}
        )


def distinct_spans(history: Sequence[SamplerStep]) -> DistinctSpans:
    """Merge all proposals of the steps of one batch. It waits for the device once."""
    seeds = history[0].seeds
    boundaries = torch.stack([step.candidates for step in history], 1)  # (B, γ, K, near, 2)
    probs = torch.stack(
        [torch.stack([s.candidate_left_probs, s.candidate_right_probs], -1) for s in history], 1
    )
    gamma, slots, per_slot = boundaries.shape[1:4]
    groups = _group(boundaries)
    number = len(groups.rows)
    sums = probs.sum(-1).flatten()
    first = _first_argmax_by_group(sums, groups.inverse, number)
    slot_index = first // per_slot % (gamma * slots)
    index = torch.arange(len(sums), device=sums.device)
    step_index = index // (slots * per_slot) % gamma
    seed = index // per_slot % slots // (slots // seeds)
    # the predicted ones come first
    landed = groups.inverse[::per_slot] * gamma + step_index[::per_slot]
    left, right = probs.flatten(0, 3)[first].unbind(-1)
    distinct = boundaries.flatten(0, 3)[first]
    return DistinctSpans(
        rows=groups.rows,
        boundaries=distinct,
        left_probs=left,
        right_probs=right,
        steps=slot_index // slots,
        slots=slot_index % slots,
        counts_by_step=landed.new_zeros(number * gamma)
        .scatter_add(0, landed, torch.ones_like(landed))
        .view(-1, gamma),
        by_seed=sums.new_zeros(number * seeds)
        .scatter_reduce(0, groups.inverse * seeds + seed, sums, "amax")
        .view(-1, seeds),
        type_probs=_type_probs(history[0], distinct, groups),
    )


@dataclass(frozen=True)
class _Groups:
    """Which proposals are the same span."""

    inverse: Tensor  # (B γ K near,): the index of each proposal's distinct span
    rows: Tensor  # (N,)
    columns: Tensor  # (N,): each distinct span's number within its sentence
    widest: int  # the most distinct spans of a sentence


def _group(boundaries: Tensor) -> _Groups:
    """Number the distinct spans of proposals (B, γ, K, near, 2) by sentence, l and r."""
    batch = len(boundaries)
    row = torch.arange(batch, device=boundaries.device)[:, None, None, None].expand(
        boundaries.shape[:-1]
    )
    key = ((row << codec.KEY_BITS) | codec.keys(boundaries)).flatten()
    ordered, order = key.sort()
    begins = F.pad(ordered[1:] != ordered[:-1], (1, 0), value=True)
    ordered_inverse = begins.cumsum(0) - 1
    inverse = torch.empty_like(order).scatter_(0, order, ordered_inverse)
    by_row = row.flatten()[order]
    counts = row.new_zeros(batch).scatter_add(0, by_row, begins.long())
    number, widest = torch.stack([counts.sum(), counts.amax()]).tolist()  # waits for the device
    rows = by_row.new_empty(number).scatter_(0, ordered_inverse, by_row)
    columns = torch.arange(number, device=rows.device) - (counts.cumsum(0) - counts)[rows]
    return _Groups(inverse, rows, columns, widest)


def _type_probs(step: SamplerStep, boundaries: Tensor, groups: _Groups) -> Tensor:
    """P^c (N, C + 1) of the distinct spans; `step` is any step of the same batch."""
    padded = boundaries.new_zeros(len(step.boundaries), groups.widest, 2)
    padded[groups.rows, groups.columns] = boundaries
    return step.classify(padded)[groups.rows, groups.columns]


def _first_argmax_by_group(values: Tensor, group: Tensor, groups: int) -> Tensor:
    """The index of each group's highest value, the first one among equals: (groups,)."""
    best = values.new_full((groups,), -torch.inf).scatter_reduce(0, group, values, "amax")
    index = torch.arange(len(values), device=values.device)
    index = torch.where(values == best[group], index, len(values))
    return index.new_full((groups,), len(values)).scatter_reduce(0, group, index, "amin")
