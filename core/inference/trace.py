"""Convert a sampler's tensors to the plain records of a trace."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..config import ModelConfig
from ..diffusion import boundaries as codec
from ..diffusion.sampler import SamplerStep
from ..types import NO_ENTITY, Pointers, SentenceStep


def sentence_step(
    step: SamplerStep, row: int, length: int, config: ModelConfig, pointers: bool = False
) -> SentenceStep:
    """The record of sentence `row` of the batch, which has `length` words; with the pointers'
    distributions on request."""
    lengths = torch.tensor([length])
    positions = codec.to_positions(step.x_t[row : row + 1].cpu(), lengths, config.scale)[0]
    offsets = codec.to_half_open(positions)
    types = step.type_probs[row]
    best = types.argmax(-1).tolist()
    labels = (*config.labels, NO_ENTITY)
    return SentenceStep(
        noisy=_pairs(offsets.clamp(0, length)),
        spans=_pairs(codec.to_half_open(step.boundaries[row])),
        labels=tuple(labels[index] for index in best),
        p_left=tuple(step.left_probs[row].tolist()),
        p_right=tuple(step.right_probs[row].tolist()),
        p_type=tuple(types[:, :-1].amax(-1).tolist()),
        renewed=tuple(_renewed_slots(step, row)),
        pointers=_pointers(step, row, length) if pointers else None,
    )


def _pairs(places: Tensor) -> tuple[tuple[Any, Any], ...]:
    return tuple((start, end) for start, end in places.tolist())


def _renewed_slots(step: SamplerStep, row: int) -> list[int]:
    return [] if step.renewed is None else step.renewed[row].nonzero()[:, 0].tolist()


def _pointers(step: SamplerStep, row: int, length: int) -> Pointers:
    left, right = (probs[row, :, :length].tolist() for probs in step.pointers)
    return Pointers(tuple(map(tuple, left)), tuple(map(tuple, right)))
