"""Convert a person's entities, in code points, to constraints on the model's windows."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence

from ..diffusion.constraints import Constraints
from ..overlaps import conflict_rule
from ..text.segmentation import Window
from ..types import Entity, Key, Origin, Span, Token
from .decoding import FIXED_SCORE

DecodedEntity = tuple[Entity, Origin | None]
"""An entity of a document, and the noisy span it was decoded from."""


def validate_constraints(text: str, fixed: Sequence[Entity], suppressed: Sequence[Entity]) -> None:
    """Raises ValueError for an entity past the end of the text, and for one that is both fixed and
    suppressed."""
    for role, entities in (("fixed", fixed), ("suppressed", suppressed)):
        for entity in entities:
            if entity.end > len(text):
                raise ValueError(
                    f"the {role} entity [{entity.start}, {entity.end}) {entity.label!r} reaches "
                    f"past the text of {len(text)} code points; offsets are half-open"
                )
    for start, end, label in _keys(fixed) & _keys(suppressed):
        raise ValueError(
            f"the entity [{start}, {end}) {label!r} is both fixed and suppressed; "
            "it can be kept or refused, not both"
        )


def resolve_conflicts(
    decoded: Sequence[DecodedEntity], fixed: Iterable[Entity], flat: bool
) -> list[DecodedEntity]:
    """Keep the fixed entities, and the best of the suggestions that conflict with them or each
    other: two overlapping windows of one sentence may each suggest an entity that the other sees
    only in part."""
    in_conflict = conflict_rule(flat)
    resolved = [item for item in decoded if item[0].confidence is None]
    occupied = sorted(Token(entity.start, entity.end) for entity in fixed)
    suggestions = [item for item in decoded if item[0].confidence]
    intervals = [*occupied, *(Token(entity.start, entity.end) for entity, _ in decoded)]
    longest = max((interval.end - interval.start for interval in intervals), default=0)
    for entity, origin in sorted(suggestions, key=lambda item: -(item[0].score or 0.0)):
        first = bisect_left(occupied, Token(max(0, entity.start - longest), 0))
        last = bisect_left(occupied, Token(entity.end, 0))
        if not any(in_conflict(entity, other) for other in occupied[first:last]):
            resolved.append((entity, origin))
            insort(occupied, Token(entity.start, entity.end))
    return resolved


def add_fixed(
    text: str, decoded: Sequence[DecodedEntity], fixed: Iterable[Entity]
) -> list[DecodedEntity]:
    """Add the fixed entities that no window held, and sort in text order."""
    missing = _keys(fixed) - _keys(entity for entity, _ in decoded)
    added = [
        (Entity(start, end, label, FIXED_SCORE, text=text[start:end]), None)
        for start, end, label in missing
    ]
    return sorted([*decoded, *added], key=lambda item: item[0])


def _keys(entities: Iterable[Entity]) -> set[Key]:
    return {entity.key for entity in entities}


def window_constraints(
    tokens: Sequence[Token],
    windows: Sequence[Window],
    fixed: Sequence[Entity],
    suppressed: Sequence[Entity],
) -> list[Constraints]:
    """The constraints of each window: the decided entities that consist of whole words inside it.

    Other entities cannot be denoised, since the model only knows whole words; nor can it propose
    them.
    """
    fixed_spans, suppressed_spans = (
        _to_word_spans(tokens, fixed),
        _to_word_spans(tokens, suppressed),
    )
    return [
        Constraints(_spans_within(window, fixed_spans), _spans_within(window, suppressed_spans))
        for window in windows
    ]


def _to_word_spans(tokens: Sequence[Token], entities: Iterable[Entity]) -> list[Span]:
    starts = {token.start: index for index, token in enumerate(tokens)}
    ends = {token.end: index + 1 for index, token in enumerate(tokens)}
    return sorted(
        {
            Span(starts[entity.start], ends[entity.end], entity.label)
            for entity in entities
            if entity.start in starts and entity.end in ends
        }
    )


def _spans_within(window: Window, spans: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(
        Span(span.start - window.start, span.end - window.start, span.label)
        for span in spans
        if window.start <= span.start and span.end <= window.end
    )
