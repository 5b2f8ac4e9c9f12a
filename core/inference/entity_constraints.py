"""Convert a person's entities, in code points, to constraints on the model's windows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..diffusion.constraints import Constraints
from ..text.segmentation import Window
from ..types import Entity, Key, Span, Token


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
