"""Candidates of a text's windows as entities of the text, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ...types import Entity, Key, Span
from ..windows import WindowedText, merge
from .policy import Outcome
from .suggester import Candidates, InstantSuggester, Scored


@dataclass(frozen=True)
class Suggestions:
    """The entities of a text, in text order."""

    entities: tuple[Entity, ...]
    instant: frozenset[Key] = field(default_factory=frozenset)
    """The keys of those that the head suggested; the others are the model's own."""


class TextWindows:
    """A text in windows, between code points and words."""

    def __init__(self, windowed: WindowedText) -> None:
        self.windowed = windowed
        self._starts = {token.start: index for index, token in enumerate(windowed.tokens)}
        self._ends = {token.end: index + 1 for index, token in enumerate(windowed.tokens)}

    def spans(self, number: int, entities: Iterable[Entity]) -> list[Span]:
        """The entities that lie in a window in whole words."""
        window = self.windowed.windows[number]
        spans = []
        for entity in entities:
            start = self._starts.get(entity.start, -1) - window.start
            end = self._ends.get(entity.end, -1) - window.start
            if 0 <= start < end <= window.end - window.start:
                spans.append(Span(start, end, entity.label))
        return spans

    def entity(self, number: int, item: Scored) -> Entity:
        """A scored span of a window as an entity of the text."""
        first = self.windowed.windows[number].start
        start = self.windowed.tokens[first + item.span.start].start
        end = self.windowed.tokens[first + item.span.end - 1].end
        score = min(1.0, max(0.0, item.score))
        return Entity(start, end, item.span.label, score, text=self.windowed.text[start:end])


def combine(
    document: TextWindows,
    suggester: InstantSuggester,
    by_window: Sequence[Candidates],
    predicted: Sequence[Entity],
) -> Suggestions:
    """Merge the head's suggestions with the model's that stand."""
    suggested: list[list[Scored]] = []
    refused: set[Key] = set()
    for number, candidates in enumerate(by_window):
        suggested.append([item for item in candidates.head if suggester.suggests(item)])
        refused |= {
            document.entity(number, item).key
            for item in candidates.model
            if not suggester.stands(item)
        }
    added = _merged(document, suggested)
    standing = [entity for entity in predicted if entity.key not in refused]
    keys = {entity.key for entity in added}
    return Suggestions(tuple(sorted([*standing, *added])), frozenset(keys))


def candidate_outcomes(
    document: TextWindows, by_window: Sequence[Candidates], key: int, gold: Sequence[Entity]
) -> Iterator[Outcome]:
    """What became of every candidate in the document with the number `key`."""
    for number, candidates in enumerate(by_window):
        spans = set(document.spans(number, gold))
        places = {(span.start, span.end) for span in spans}
        for by_model, items in ((False, candidates.head), (True, candidates.model)):
            for score, span in items:
                exists = (span.start, span.end) in places
                yield Outcome(key, span.label, by_model, score, span in spans, exists)


def _merged(document: TextWindows, suggested: Sequence[Sequence[Scored]]) -> list[Entity]:
    scored = [[(item.span, item.score) for item in items] for items in suggested]
    merged = merge(list(zip(document.windowed.windows, scored, strict=True)))
    return [document.entity(item.window, suggested[item.window][item.index]) for item in merged]
