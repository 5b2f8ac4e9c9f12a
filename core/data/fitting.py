"""Fit examples to the encoder: split sentences that are too long for one window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..modeling.model import DiffusionNER
from ..types import Example, Span


def fit_to_window(model: DiffusionNER, examples: Iterable[Example]) -> list[Example]:
    """Split examples to at most the model's window, without cutting an entity.

    Every word and every entity is kept exactly once, apart from an entity longer than a window: it
    cannot be learned, and its words are dropped rather than trained as "no entity".
    """
    fitted: list[Example] = []
    budget = model.subword_budget
    for example in examples:
        if not example.words:
            continue
        lengths = model.subwords.lengths(example.words)
        limit = model.config.max_words
        if len(example.words) <= limit and sum(lengths) <= budget:
            fitted.append(example)
            continue
        fitted.extend(_cut(example, lengths, limit, budget))
    return fitted


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
