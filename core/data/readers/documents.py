"""Convert a text with entities in code points to sentences with entities in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ...text.segmentation import sentences
from ...text.tokenization import tokenize
from ...types import Entity, Example, Span, Token
from .decisions import UNDECIDED
from .records import ParseResult


def split_document(
    text: str, entities: Iterable[Entity], undecided: Iterable[Entity] = ()
) -> ParseResult:
    """Split a document into sentences as examples, without those that an `undecided` entity is in.

    An entity that ends within a word is expanded to the whole word; sentences that an entity
    crosses are joined, so that none is lost. Raises `ValueError` for an entity past the text's end
    or over white space alone.
    """
    tokens = tokenize(text)
    word_at = _word_at(text, tokens)
    spans: list[Span] = []
    expanded = 0
    for entity in entities:
        span = _to_words(text, word_at, entity)
        inside = text[entity.start : entity.end].strip()
        whole = text[tokens[span.start].start : tokens[span.end - 1].end]
        expanded += len(whole) > len(inside)
        spans.append(span)
    waiting = [_to_words(text, word_at, entity) for entity in undecided]
    ranges, joined = _join(sentences(text, tokens), [*spans, *waiting])
    examples = tuple(_examples(text, tokens, ranges, sorted(set(spans))))
    decided = _without(examples, ranges, waiting)
    left_out = len(examples) - len(decided)
    return ParseResult(decided, expanded, joined, {UNDECIDED: left_out} if left_out else {})


def _to_words(text: str, word_at: tuple[list[int], list[int]], entity: Entity) -> Span:
    """The words that an entity covers, as `_word_at` finds them. Raises `ValueError`."""
    if entity.end > len(text):
        raise ValueError(
            f"entity [{entity.start}, {entity.end}) {entity.label!r} reaches past the text of "
            f"{len(text)} code points; offsets are code points, end exclusive"
        )
    first, last = word_at
    start, end = first[entity.start], last[entity.end]
    if start >= end:
        raise ValueError(
            f"entity [{entity.start}, {entity.end}) {entity.label!r} covers no word of the text"
        )
    return Span(start, end, entity.label)


def _without(
    examples: Iterable[Example], ranges: Iterable[tuple[int, int]], waiting: Iterable[Span]
) -> tuple[Example, ...]:
    """The examples in whose range nothing is `waiting` for a decision."""
    starts = {span.start for span in waiting}
    return tuple(
        example
        for example, (start, end) in zip(examples, ranges, strict=True)
        if starts.isdisjoint(range(start, end))
    )


def _word_at(text: str, tokens: Sequence[Token]) -> tuple[list[int], list[int]]:
    """For each code point, the first token that ends after it, and the number of tokens that start
    before it (an exclusive end)."""
    first: list[int] = []
    last = [0]
    for index, token in enumerate(tokens):
        first += [index] * (token.end - len(first))
        last += [index] * (token.start + 1 - len(last))
        last += [index + 1] * (token.end + 1 - len(last))
    first += [len(tokens)] * (len(text) + 1 - len(first))
    last += [len(tokens)] * (len(text) + 1 - len(last))
    return first, last


def _join(
    bounds: Sequence[tuple[int, int]], spans: Iterable[Span]
) -> tuple[list[tuple[int, int]], int]:
    """Join sentences whose boundary a span crosses; returns the ranges and the number of removed
    boundaries."""
    inside = {cut for span in spans for cut in range(span.start + 1, span.end)}
    ranges: list[tuple[int, int]] = []
    for start, end in bounds:
        if start in inside:
            start = ranges.pop()[0]
        ranges.append((start, end))
    return ranges, len(bounds) - len(ranges)


def _examples(
    text: str,
    tokens: Sequence[Token],
    ranges: Iterable[tuple[int, int]],
    spans: Sequence[Span],
) -> Iterator[Example]:
    """`spans` are sorted; each lies within one range."""
    taken = 0
    for start, end in ranges:
        words = tuple(text[token.start : token.end] for token in tokens[start:end])
        within = taken
        while within < len(spans) and spans[within].start < end:
            within += 1
        inside = [Span(s.start - start, s.end - start, s.label) for s in spans[taken:within]]
        taken = within
        yield Example(words, tuple(inside))
