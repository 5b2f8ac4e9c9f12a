"""Convert a sampler's tensors to the plain records of a trace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ..config import ModelConfig
from ..diffusion import boundaries as codec
from ..diffusion.constraints import Constraints
from ..diffusion.sampler import SamplerStep
from ..types import NO_ENTITY, Entity, Origin, Pointers, SentenceStep, Span, Token
from .candidates import candidates


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


def scores_by_step(
    history: Sequence[SamplerStep], labels: Sequence[str], rules: Sequence[Constraints]
) -> list[list[dict[Span, float]]]:
    """Every sentence's candidates after each step with their scores, indexed by sentence, then by
    step: what decoding would have had if the sampler had stopped there."""
    by_step = [
        candidates(history[:number], labels, constraints=rules)
        for number in range(1, len(history) + 1)
    ]
    return [
        [{candidate.span: candidate.score for candidate in proposed} for proposed in sentence]
        for sentence in zip(*by_step, strict=True)
    ]


def entity_scores(
    entity: Entity,
    origin: Origin | None,
    sentences: Sequence[Sequence[Token]],
    by_sentence: Sequence[Sequence[dict[Span, float]]],
) -> tuple[float, ...]:
    """An entity's score after each step, of what `scores_by_step` gives for all sentences."""
    if origin is None:
        return ()
    tokens = sentences[origin.sentence]
    start = next(i for i, token in enumerate(tokens) if token.start == entity.start)
    end = next(i for i, token in enumerate(tokens, start=1) if token.end == entity.end)
    span = Span(start, end, entity.label)
    most = 1.0 if entity.score is None else entity.score  # another window may believe it less
    return tuple(min(scores.get(span, 0.0), most) for scores in by_sentence[origin.sentence])


def _pairs(places: Tensor) -> tuple[tuple[Any, Any], ...]:
    return tuple((start, end) for start, end in places.tolist())


def _renewed_slots(step: SamplerStep, row: int) -> list[int]:
    return [] if step.renewed is None else step.renewed[row].nonzero()[:, 0].tolist()


def _pointers(step: SamplerStep, row: int, length: int) -> Pointers:
    left, right = (probs[row, :, :length].tolist() for probs in step.pointers)
    return Pointers(tuple(map(tuple, left)), tuple(map(tuple, right)))
