"""A person's entities, in code points, as constraints on the windows that the model sees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.constraints import Constraints
from core.decoding import FIXED_SCORE
from core.segmentation import Window
from core.types import Entity, Origin, Token, WordSpan


def check_inside(text: str, fixed: Iterable[Entity], suppressed: Iterable[Entity]) -> None:
    """Raises ValueError for an entity past the end of the text."""
    for role, entities in (("fixed", fixed), ("suppressed", suppressed)):
        for each in entities:
            if each.end > len(text):
                raise ValueError(
                    f"the {role} entity [{each.start}, {each.end}) {each.label!r} reaches past "
                    f"the text of {len(text)} code points; offsets are half-open"
                )


def gives_way(start: int, end: int, fixed: Iterable[Entity], flat: bool) -> bool:
    """Whether a suggestion at [start, end) gives way to a person's entity: where that has the
    same boundaries, and with `flat` where they overlap."""
    if flat:
        return any(start < each.end and each.start < end for each in fixed)
    return any((start, end) == (each.start, each.end) for each in fixed)


def with_fixed(
    found: Sequence[tuple[Entity, Origin | None]], fixed: Iterable[Entity]
) -> list[tuple[Entity, Origin | None]]:
    """In text order, with the fixed entities that no window held as they are."""
    placed = {(each.start, each.end, each.label) for each, _ in found}
    missing = {(each.start, each.end, each.label) for each in fixed} - placed
    added = [(Entity(*each, FIXED_SCORE), None) for each in missing]
    return sorted([*found, *added], key=lambda each: each[0])


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


def _in_words(tokens: Sequence[Token], entities: Iterable[Entity]) -> list[WordSpan]:
    starts = {token.start: index for index, token in enumerate(tokens)}
    ends = {token.end: index + 1 for index, token in enumerate(tokens)}
    return sorted(
        {
            WordSpan(starts[each.start], ends[each.end], each.label)
            for each in entities
            if each.start in starts and each.end in ends
        }
    )


def _within(window: Window, spans: Iterable[WordSpan]) -> tuple[WordSpan, ...]:
    return tuple(
        WordSpan(span.start - window.start, span.end - window.start, span.label)
        for span in spans
        if window.start <= span.start and span.end <= window.end
    )
