"""Examples that fit the encoder: a sentence too long for one window becomes several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..modeling.model import DiffusionNER
from ..modeling.subwords import subword_lengths
from ..types import Example, Span


def fit(model: DiffusionNER, examples: Iterable[Example]) -> list[Example]:
    """Examples of at most the model's window, cut where no entity is cut.

    Every word and every entity is kept exactly once, but for an entity longer than a window:
    it cannot be learnt, and its words are left out rather than taught as "no entity".
    """
    fitted: list[Example] = []
    room = model.word_room
    for example in examples:
        if not example.words:
            continue
        lengths = subword_lengths(model.tokenizer, example.words)
        limit = model.config.max_words
        if len(example.words) <= limit and sum(lengths) <= room:
            fitted.append(example)
            continue
        fitted.extend(_cut(example, lengths, limit, room))
    return fitted


def _cut(example: Example, lengths: Sequence[int], limit: int, room: int) -> list[Example]:
    inside = [False] * (len(example.words) + 1)  # a cut here would go through an entity
    for entity in example.entities:
        for place in range(entity.start + 1, entity.end):
            inside[place] = True
    pieces, start = [], 0
    while start < len(example.words):
        end, total = start, 0
        while end < len(example.words) and end - start < limit and total + lengths[end] <= room:
            total += lengths[end]
            end += 1
        stop = end
        while stop > start and stop < len(example.words) and inside[stop]:
            stop -= 1
        if stop > start:
            pieces.append(_piece(example, start, stop))
            start = stop
        else:
            start = _after(inside, max(end, start + 1))
    return pieces


def _after(inside: Sequence[bool], place: int) -> int:
    """The first place from `place` on where no entity is cut."""
    while place < len(inside) - 1 and inside[place]:
        place += 1
    return place


def _piece(example: Example, start: int, end: int) -> Example:
    entities = tuple(
        Span(entity.start - start, entity.end - start, entity.label)
        for entity in example.entities
        if start <= entity.start and entity.end <= end
    )
    return Example(example.words[start:end], entities, example.labels)
