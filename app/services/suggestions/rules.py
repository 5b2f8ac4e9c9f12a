"""What a project's rules suggest in a new document, beside what a model suggests.

Where a rule and a model suggest the same span and label, the model's suggestion stands, once, and
what people decide on it counts for the rule, too. Of two that contradict each other the longer one
stands; of the same length the rule's; of two rules' the one that was imported first. They do so
if they have one place and different labels, and where they overlap in a project without nesting or
cross in one with. What a rule matches inside a longer suggestion of the same label is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from sqlalchemy.orm import Session

from app.services.suggestions.rule_matching import matcher_of
from core.overlaps import Interval, conflict_rule, overlap
from core.types import Key, key_of
from storage.models import Document
from storage.records import SpanRecord
from storage.repository import projects, rules
from storage.repository.rules import Outcome, Suggested

PREFIX = "rule"
"""What the keys of rules' suggestions begin with."""
SAVED = 2
"""Actions that an accepted suggestion saves: to mark the words and to choose the label."""
CREDIT = 1
"""Rejections that a rule is forgiven: a person wrote it."""


@dataclass(frozen=True, slots=True)
class RuleSpan:
    """A span that rules of one label suggest."""

    start: int
    end: int
    label: str
    rule_ids: tuple[int, ...]
    """All that match there and are not silent, the first imported first."""

    @property
    def key(self) -> str:
        """The same whenever the rule suggests this span, and never another span's."""
        return f"{PREFIX}{self.rule_ids[0]}.{self.start}-{self.end}"


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What a new document is begun with."""

    spans: tuple[SpanRecord, ...]
    by_rules: frozenset[Suggested] = frozenset()
    """Which rules suggested which of the spans."""


def silent(outcome: Outcome) -> bool:
    """Whether a rule's rejections outweigh what it saves: it suggests nothing as long as they do.

    A rejection costs one action, an acceptance saves two, and the first rejection is forgiven.
    """
    return outcome.rejected > SAVED * outcome.accepted + CREDIT


def suggest(
    session: Session, project_id: int, text: str, base: Sequence[SpanRecord], *, flat: bool
) -> Suggestions:
    """The machine's suggestions `base` of a text with those of the project's rules."""
    found = speaking(session, project_id, text)
    return merged(base, found, flat=flat) if found else Suggestions(tuple(base))


def suggested_keys(
    session: Session, document: Document, suggested: Iterable[Suggested]
) -> set[Key]:
    """Where and as what rules suggested something, by today's labels."""
    matcher = matcher_of(session, document.project_id)
    if matcher is None:
        return set()
    labels = {label.id: label.name for label in projects.labels(session, document.project_id)}
    return {
        (found.start, found.end, labels[label_id])
        for found in suggested
        if (label_id := matcher.labels.get(found.rule_id)) in labels
    }


def merged(base: Sequence[SpanRecord], found: Iterable[RuleSpan], *, flat: bool) -> Suggestions:
    """What stands by the rules above. What `base` holds as rejected is not suggested again."""
    present = {key_of(span): span for span in sorted(base, key=lambda span: span.status)}
    notes: set[Suggested] = set()
    new: list[RuleSpan] = []
    for candidate in found:
        twin = present.get(key_of(candidate))
        if twin is None:
            new.append(candidate)
        elif twin.status != "rejected":
            notes |= _notes(twin.key, candidate)
    live = [span for span in base if span.status != "rejected"]
    chosen = _chosen(live, new, conflict_rule(flat))
    spans = [span for span in base if span.status == "rejected" or span in chosen]
    taken = {span.key for span in base}
    for candidate in sorted(new, key=lambda span: (span.start, -span.end, span.label)):
        if candidate in chosen:
            key = candidate.key
            while key in taken:  # an imported suggestion may have any key
                key += "~"
            taken.add(key)
            spans.append(_record(candidate, key))
            notes |= _notes(key, candidate)
    keys = {span.key for span in spans}
    return Suggestions(tuple(spans), frozenset(note for note in notes if note.key in keys))


def _chosen(
    live: Sequence[SpanRecord],
    new: Sequence[RuleSpan],
    conflicting: Callable[[Interval, Interval], bool],
) -> set[SpanRecord | RuleSpan]:
    """The longest first, each where nothing chosen contradicts it; the machine's own suggestions
    do not contradict each other."""
    candidates: list[tuple[tuple[int, ...], SpanRecord | RuleSpan]] = [
        ((span.start - span.end, 0, span.rule_ids[0], span.start), span) for span in new
    ]
    candidates += [((span.start - span.end, 1, 0, span.start), span) for span in live]
    chosen: set[SpanRecord | RuleSpan] = set()
    by_place = _ByPlace()
    for _, candidate in sorted(candidates, key=lambda ranked: (ranked[0], ranked[1].label)):
        by_rule = isinstance(candidate, RuleSpan)
        contradicted = any(
            (by_rule or isinstance(other, RuleSpan))
            and (
                (other.start, other.end) == (candidate.start, candidate.end)
                or conflicting(other, candidate)
                or (by_rule and other.label == candidate.label and overlap(other, candidate))
            )
            for other in by_place.neighbours(candidate)
        )
        if not contradicted:
            chosen.add(candidate)
            by_place.add(candidate)
    return chosen


class _ByPlace:
    """Spans by the stretches of the text that they touch, so that none is compared with all."""

    _STRETCH = 64

    def __init__(self) -> None:
        self._spans: defaultdict[int, list[SpanRecord | RuleSpan]] = defaultdict(list)

    def neighbours(self, span: Interval) -> Iterator[SpanRecord | RuleSpan]:
        """Every span that may overlap this one, some of them more than once."""
        return chain.from_iterable(self._spans.get(number, ()) for number in self._stretches(span))

    def add(self, span: SpanRecord | RuleSpan) -> None:
        for number in self._stretches(span):
            self._spans[number].append(span)

    def _stretches(self, span: Interval) -> range:
        return range(span.start // self._STRETCH, (span.end - 1) // self._STRETCH + 1)


def _record(found: RuleSpan, key: str) -> SpanRecord:
    return SpanRecord(
        found.start, found.end, found.label, status="suggested", source="rule", key=key
    )


def _notes(key: str, found: RuleSpan) -> set[Suggested]:
    return {Suggested(key, rule_id, found.start, found.end) for rule_id in found.rule_ids}


def speaking(session: Session, project_id: int, text: str) -> list[RuleSpan]:
    """What the rules that are not silent match in a text, by today's labels."""
    matcher = matcher_of(session, project_id)
    matches = matcher.matches(text) if matcher else ()
    if matcher is None or not matches:
        return []
    labels = {label.id: label.name for label in projects.labels(session, project_id)}
    outcomes = rules.outcomes(session, {match.rule_id for match in matches})
    by_key: defaultdict[Key, set[int]] = defaultdict(set)
    for match in matches:
        label = labels.get(matcher.labels[match.rule_id])
        if label is not None and not silent(outcomes.get(match.rule_id, Outcome())):
            by_key[match.start, match.end, label].add(match.rule_id)
    return [RuleSpan(*key, tuple(sorted(rule_ids))) for key, rule_ids in by_key.items()]
