"""Decode candidates to entities: filter by φ, resolve conflicts, flat or nested (section 4.3), and
merge the windows of long sentences."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from ..overlaps import conflict_rule
from ..types import Confidence, Entity, Origin, Span, Token
from .windows import WindowedText, merge

DecodedEntity = tuple[Entity, Origin | None]
"""An entity of a document, and the noisy span it was decoded from."""


FIXED_SCORE = 1.0
"""The score of an entity that a person fixed."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that noisy spans proposed, as their boundaries or as likely ones beside them;
    `start` and `end` are half-open word indices."""

    start: int
    end: int
    label: str
    score: float
    """The score at its best step and noisy span, 0 to 1; an ensemble's is the mean over its seeds,
    with 0 for those that never proposed it, calibrated at the end."""
    step: int
    """The step with the highest score, 1 … γ."""
    slot: int
    """The noisy span with the highest score."""
    confidence: Confidence | None = None
    """None for an entity that a person fixed."""
    fixed: bool = False

    @property
    def span(self) -> Span:
        return Span(self.start, self.end, self.label)


SeedScored = tuple[Candidate, list[float]]
"""A candidate, and its score with each seed alone."""


def select(candidates: Iterable[Candidate], threshold: float, flat: bool) -> list[Candidate]:
    """Keep the candidates that reach φ and conflict with no better one, in text order. Fixed
    candidates never conflict."""
    in_conflict = conflict_rule(flat)
    selected: list[Candidate] = []
    for candidate in candidates:
        if candidate.score < threshold:
            continue
        if candidate.fixed or not any(in_conflict(candidate, other) for other in selected):
            selected.append(candidate)
    return sorted(selected, key=lambda candidate: (candidate.start, -candidate.end))


def decode(
    windowed: WindowedText, by_window: Sequence[Sequence[Candidate]], threshold: float, flat: bool
) -> list[DecodedEntity]:
    """Decode the candidates of all windows to entities in whole words, each with the noisy span it
    came from."""
    selected = [select(proposed, threshold, flat) for proposed in by_window]
    scored = [
        [(candidate.span, inf if candidate.fixed else candidate.score) for candidate in proposed]
        for proposed in selected
    ]
    entities: list[DecodedEntity] = []
    for merged in merge(list(zip(windowed.windows, scored, strict=True))):
        best = selected[merged.window][merged.index]
        start = windowed.tokens[merged.span.start].start
        end = windowed.tokens[merged.span.end - 1].end
        words = windowed.text[start:end]
        score = min(best.score, merged.score)
        entity = Entity(start, end, best.label, score, best.confidence, words)
        entities.append((entity, Origin(merged.window, best.step, best.slot)))
    return resolve_conflicts(entities, windowed.fixed, flat)


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
    missing = {entity.key for entity in fixed} - {entity.key for entity, _ in decoded}
    added = [
        (Entity(start, end, label, FIXED_SCORE, text=text[start:end]), None)
        for start, end, label in missing
    ]
    return sorted([*decoded, *added], key=lambda item: item[0])
