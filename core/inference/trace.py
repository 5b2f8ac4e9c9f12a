"""Convert a sampler's tensors to the plain records of a trace."""

from __future__ import annotations

import torch

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
    offsets = positions + torch.tensor([0.0, 1.0])  # word i stands at i and covers [i, i + 1)
    types = step.type_probs[row]
    best = types.argmax(-1).tolist()
    labels = (*config.labels, NO_ENTITY)
    return SentenceStep(
        noisy=tuple((left, right) for left, right in offsets.clamp(0, length).tolist()),
        spans=tuple((left, right + 1) for left, right in step.boundaries[row].tolist()),
        labels=tuple(labels[index] for index in best),
        p_left=tuple(step.left_probs[row].tolist()),
        p_right=tuple(step.right_probs[row].tolist()),
        p_type=tuple(types[:, :-1].amax(-1).tolist()),
        renewed=tuple(_renewed_slots(step, row)),
        pointers=_pointers(step, row, length) if pointers else None,
    )


def _renewed_slots(step: SamplerStep, row: int) -> list[int]:
    return [] if step.renewed is None else step.renewed[row].nonzero()[:, 0].tolist()


def _pointers(step: SamplerStep, row: int, length: int) -> Pointers:
    left, right = (probs[row, :, :length].tolist() for probs in step.pointers)
    return Pointers(tuple(map(tuple, left)), tuple(map(tuple, right)))
