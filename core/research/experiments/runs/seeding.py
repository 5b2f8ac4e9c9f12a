"""Put random annotation errors into gold."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from ....types import Example, Span

Kind = Literal["moved", "renamed", "made up"]
_KINDS: tuple[Kind, ...] = get_args(Kind)
_LONGEST = 3
"""The maximum width of a made-up span, in words."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """A span of the corrupted annotation."""

    span: Span
    kind: Kind | None = None
    """The error that was made; None if the span is unchanged."""
    truth: Span | None = None
    """The original gold span; None for a made-up or unchanged one."""


def with_errors(
    examples: Sequence[Example], labels: Sequence[str], share: float, seed: int
) -> list[tuple[Seeded, ...]]:
    """Return every example's spans with errors in a `share` of them: one boundary moved by a word,
    another label, or an additional span that is no entity.

    If the drawn kind of error is impossible (a sentence of one word, a single label), the entity
    stays unchanged.
    """
    rng = random.Random(seed)
    seeded = []
    for example in examples:
        spans: list[Seeded] = []
        taken = {(entity.start, entity.end) for entity in example.entities}
        for entity in example.entities:
            if rng.random() >= share:
                spans.append(Seeded(entity))
                continue
            kind = rng.choice(_KINDS)
            wrong = _make_error(entity, kind, len(example.words), labels, taken, rng)
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


def _make_error(
    entity: Span,
    kind: Kind,
    length: int,
    labels: Sequence[str],
    taken: set[tuple[int, int]],
    rng: random.Random,
) -> Span | None:
    start, end = entity.start, entity.end
    if kind == "renamed":
        others = [label for label in labels if label != entity.label]
        return Span(start, end, rng.choice(others)) if others else None
    if kind == "moved":
        places = [(start - 1, end), (start + 1, end), (start, end - 1), (start, end + 1)]
    else:
        widths = range(1, _LONGEST + 1)
        places = [(first, first + width) for first in range(length) for width in widths]
    possible = [
        place for place in places if 0 <= place[0] < place[1] <= length and place not in taken
    ]
    if not possible:
        return None
    label = entity.label if kind == "moved" else rng.choice(list(labels))
    return Span(*rng.choice(possible), label)
