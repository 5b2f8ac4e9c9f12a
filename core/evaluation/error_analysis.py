"""Why gold entities are missed and suggestions are false, counted by kind.

After the detection-error analysis of Hoiem et al. (2012), for spans: each error has one kind, the
first of its list that fits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..inference.decoding import Candidate, select
from ..types import Example, Span
from .metrics import with_known_labels

MISSED = {
    "type": "found with another label",
    "below φ": "proposed, but its score is below φ",
    "conflict": "proposed above φ, but in conflict with a better suggestion",
    "not proposed": "never proposed as an entity, or ∅ was more probable",
}
"""The kinds of missed gold entities."""

FALSE = {
    "type": "a gold entity's boundaries with another label",
    "inside": "inside a gold entity",
    "bridge": "holds two gold entities that do not overlap",
    "longer": "holds a gold entity",
    "crossing": "shares words with a gold entity, and each has words of its own",
    "nothing": "shares no word with a gold entity",
}
"""The kinds of false suggestions."""


@dataclass(frozen=True, slots=True)
class ErrorAnalysis:
    """The number of errors of each kind, in the order of `MISSED` and `FALSE`."""

    missed: dict[str, int]
    false: dict[str, int]

    def as_table(self) -> str:
        """Lines of text: number, kind and meaning."""
        parts = (("missed gold entities", self.missed, MISSED), ("false", self.false, FALSE))
        lines = []
        for title, counts, meanings in parts:
            lines.append(f"{sum(counts.values()):6d} {title}")
            lines += [f"{number:6d}   {kind}: {meanings[kind]}" for kind, number in counts.items()]
        return "\n".join(lines)


def analyse_errors(
    examples: Sequence[Example],
    proposals: Sequence[Sequence[Candidate]],
    threshold: float,
    flat: bool,
) -> ErrorAnalysis:
    """Compare the entities decoded from each sentence's candidates with its gold ones.

    Labels that a sentence's annotators did not look for (`Example.labels`) are ignored.
    """
    missed: Counter[str] = Counter()
    false: Counter[str] = Counter()
    for example, sentence_candidates in zip(examples, proposals, strict=True):
        gold = with_known_labels(example, example.entities)
        decoded = select(sentence_candidates, threshold, flat)
        selected = with_known_labels(example, (candidate.span for candidate in decoded))
        scores = {candidate.span: candidate.score for candidate in sentence_candidates}
        proposed = {span: scores[span] for span in with_known_labels(example, scores)}
        missed.update(_miss_kind(span, selected, proposed, threshold) for span in gold - selected)
        false.update(_false_kind(span, gold) for span in selected - gold)
    return ErrorAnalysis(
        {kind: missed[kind] for kind in MISSED}, {kind: false[kind] for kind in FALSE}
    )


def _miss_kind(
    gold: Span, selected: Iterable[Span], proposed: Mapping[Span, float], threshold: float
) -> str:
    if any(_same_boundaries(gold, span) for span in selected):
        return "type"
    if gold in proposed:
        return "conflict" if proposed[gold] >= threshold else "below φ"
    return "type" if any(_same_boundaries(gold, span) for span in proposed) else "not proposed"


def _false_kind(span: Span, gold: Iterable[Span]) -> str:
    others = [other for other in gold if other.start < span.end and span.start < other.end]
    inner = [other for other in others if _holds(span, other)]
    kinds: dict[str, Callable[[], bool]] = {
        "type": lambda: any(_same_boundaries(span, other) for other in others),
        "inside": lambda: any(_holds(other, span) for other in others),
        "bridge": lambda: any(a.end <= b.start for a in inner for b in inner),
        "longer": lambda: bool(inner),
        "crossing": lambda: bool(others),
    }
    return next((kind for kind, fits in kinds.items() if fits()), "nothing")


def _same_boundaries(a: Span, b: Span) -> bool:
    return (a.start, a.end) == (b.start, b.end)


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
