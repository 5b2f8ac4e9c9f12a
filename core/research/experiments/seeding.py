"""Errors put into gold by a seed, as a hasty person would make them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from ...types import Example, Span

Kind = Literal["moved", "renamed", "made up"]
_KINDS: tuple[Kind, ...] = get_args(Kind)
_LONGEST = 3
"""Words of a made-up span."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """A span as it now stands in the annotation."""

    span: Span
    kind: Kind | None = None
    """What was done to it; None: it is as it was."""
    truth: Span | None = None
    """What gold has instead; None for one that was made up, and for one as it was."""


def with_errors(
    examples: Sequence[Example], labels: Sequence[str], share: float, seed: int
) -> list[tuple[Seeded, ...]]:
    """Every example's spans; for a `share` of them, drawn one by one, an error is made: one
    boundary moved by a word, another label, or a span beside it that is no entity.

    Where the kind that was drawn cannot be made (a sentence of one word, a single label), the
    entity stays as it is.
    """
    drawn = random.Random(seed)
    seeded = []
    for example in examples:
        spans: list[Seeded] = []
        taken = {(each.start, each.end) for each in example.entities}
        for entity in example.entities:
            if drawn.random() >= share:
                spans.append(Seeded(entity))
                continue
            kind = drawn.choice(_KINDS)
            wrong = _wrong(entity, kind, len(example.words), labels, taken, drawn)
            if wrong is None:
                spans.append(Seeded(entity))
                continue
            taken.add((wrong.start, wrong.end))
            if kind == "made up":
                spans += [Seeded(entity), Seeded(wrong, kind)]
            else:
                spans.append(Seeded(wrong, kind, entity))
        seeded.append(tuple(spans))
    return seeded


def _wrong(
    entity: Span,
    kind: Kind,
    length: int,
    labels: Sequence[str],
    taken: set[tuple[int, int]],
    drawn: random.Random,
) -> Span | None:
    start, end = entity.start, entity.end
    if kind == "renamed":
        others = [label for label in labels if label != entity.label]
        return Span(start, end, drawn.choice(others)) if others else None
    if kind == "moved":
        places = [(start - 1, end), (start + 1, end), (start, end - 1), (start, end + 1)]
    else:
        widths = range(1, _LONGEST + 1)
        places = [(first, first + width) for first in range(length) for width in widths]
    possible = [each for each in places if 0 <= each[0] < each[1] <= length and each not in taken]
    if not possible:
        return None
    label = entity.label if kind == "moved" else drawn.choice(list(labels))
    return Span(*drawn.choice(possible), label)
