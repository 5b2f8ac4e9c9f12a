"""Fit examples to the encoder: split sentences that are too long for one window."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from ..modeling.model import DiffusionNER
from ..types import Example, Span


def fit_to_window(model: DiffusionNER, examples: Iterable[Example]) -> list[Example]:
    """Split examples to at most the model's window, without cutting an entity.

    Every word and every entity is kept exactly once, apart from an entity longer than a window: it
    cannot be learned, and its words are dropped rather than trained as "no entity", but for those
    pieces that hold other entities. Entities that cross one another may be lost where they are
    longer than a window together.
    """
    budget, limit = model.subword_budget, model.config.max_words
    fitted: list[Example] = []
    for example in examples:
        if not example.words:
            continue
        lengths = model.subwords.lengths(example.words)
        if len(example.words) <= limit and sum(lengths) <= budget:
            fitted.append(example)
        else:
            fitted += _pieces(example, lengths, limit, budget)
    return fitted


def _pieces(example: Example, lengths: Sequence[int], limit: int, budget: int) -> Iterator[Example]:
    """Cut at the edges of the entities that are too long, and further between them."""
    too_long = [
        entity
        for entity in example.entities
        if entity.end - entity.start > limit or sum(lengths[entity.start : entity.end]) > budget
    ]
    others = tuple(entity for entity in example.entities if entity not in too_long)
    without = replace(example, entities=others)
    edges = {edge for entity in too_long for edge in (entity.start, entity.end)}
    for start, end in pairwise(sorted({0, len(example.words), *edges})):
        within = any(entity.start <= start and end <= entity.end for entity in too_long)
        for piece in _cut(_slice(without, start, end), lengths[start:end], limit, budget):
            if piece.entities or not within:
                yield piece


def _cut(example: Example, lengths: Sequence[int], limit: int, budget: int) -> list[Example]:
    inside = [False] * (len(example.words) + 1)  # a cut here would go through an entity
    for entity in example.entities:
        for position in range(entity.start + 1, entity.end):
            inside[position] = True
    slices, start = [], 0
    while start < len(example.words):
        end, total = start, 0
        while end < len(example.words) and end - start < limit and total + lengths[end] <= budget:
            total += lengths[end]
            end += 1
        cut = end
        while cut > start and cut < len(example.words) and inside[cut]:
            cut -= 1
        if cut > start:
            slices.append(_slice(example, start, cut))
            start = cut
        else:
            start = _next_cut(inside, max(end, start + 1))
    return slices


def _next_cut(inside: Sequence[bool], position: int) -> int:
    """The first position from `position` on that is not inside an entity."""
    while position < len(inside) - 1 and inside[position]:
        position += 1
    return position


def _slice(example: Example, start: int, end: int) -> Example:
    entities = tuple(
        Span(entity.start - start, entity.end - start, entity.label)
        for entity in example.entities
        if start <= entity.start and entity.end <= end
    )
    return replace(example, words=example.words[start:end], entities=entities)
