"""A person's entities, in code points, as constraints on the windows that the model sees."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence

from ..overlaps import clash
from ..text.segmentation import Window
from ..types import Entity, Origin, Span, Token
from .constraints import Constraints
from .decoding import FIXED_SCORE

Found = tuple[Entity, Origin | None]
"""An entity of a document, and the noisy span it was decoded from."""


def check_decided(text: str, fixed: Sequence[Entity], suppressed: Sequence[Entity]) -> None:
    """Raises ValueError for an entity past the end of the text, and for one in both."""
    for role, entities in (("fixed", fixed), ("suppressed", suppressed)):
        for each in entities:
            if each.end > len(text):
                raise ValueError(
                    f"the {role} entity [{each.start}, {each.end}) {each.label!r} reaches past "
                    f"the text of {len(text)} code points; offsets are half-open"
                )
    for start, end, label in _places(fixed) & _places(suppressed):
        raise ValueError(
            f"the entity [{start}, {end}) {label!r} is both fixed and suppressed; "
            "it can be kept or refused, not both"
        )


def without_clashes(found: Sequence[Found], fixed: Iterable[Entity], flat: bool) -> list[Found]:
    """What a person fixed, and of the suggestions that clash with it or each other the best: two
    windows of one sentence may each make one that the other does not see whole."""
    clashes = clash(flat)
    kept = [each for each in found if each[0].confidence is None]
    taken = sorted(Token(each.start, each.end) for each in fixed)
    suggested = [each for each in found if each[0].confidence]
    places = [*taken, *(Token(each.start, each.end) for each, _ in found)]
    longest = max((each.end - each.start for each in places), default=0)
    for entity, origin in sorted(suggested, key=lambda each: -(each[0].score or 0.0)):
        first = bisect_left(taken, Token(max(0, entity.start - longest), 0))
        last = bisect_left(taken, Token(entity.end, 0))
        if not any(clashes(entity, other) for other in taken[first:last]):
            kept.append((entity, origin))
            insort(taken, Token(entity.start, entity.end))
    return kept


def with_fixed(text: str, found: Sequence[Found], fixed: Iterable[Entity]) -> list[Found]:
    """In text order, with the fixed entities that no window held as they are."""
    missing = _places(fixed) - _places(each for each, _ in found)
    added = [
        (Entity(start, end, label, FIXED_SCORE, text=text[start:end]), None)
        for start, end, label in missing
    ]
    return sorted([*found, *added], key=lambda each: each[0])


def _places(entities: Iterable[Entity]) -> set[tuple[int, int, str]]:
    return {(each.start, each.end, each.label) for each in entities}


def constraints_of(
    tokens: Sequence[Token],
    windows: Sequence[Window],
    fixed: Sequence[Entity],
    suppressed: Sequence[Entity],
) -> list[Constraints]:
    """One item a window: the entities whose words it holds, all of them and whole ones.

    The model knows whole words alone, so that other entities cannot be denoised; nor can it
    propose them.
    """
    kept, refused = _in_words(tokens, fixed), _in_words(tokens, suppressed)
    return [Constraints(_within(window, kept), _within(window, refused)) for window in windows]


def _in_words(tokens: Sequence[Token], entities: Iterable[Entity]) -> list[Span]:
    starts = {token.start: index for index, token in enumerate(tokens)}
    ends = {token.end: index + 1 for index, token in enumerate(tokens)}
    return sorted(
        {
            Span(starts[each.start], ends[each.end], each.label)
            for each in entities
            if each.start in starts and each.end in ends
        }
    )


def _within(window: Window, spans: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(
        Span(span.start - window.start, span.end - window.start, span.label)
        for span in spans
        if window.start <= span.start and span.end <= window.end
    )
