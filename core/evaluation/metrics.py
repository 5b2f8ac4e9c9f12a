"""Metrics of predicted entities against gold.

An entity is correct if its start, end and label are all exact; counts are summed over all sentences
before dividing (micro average). Conventions:

- 0 / 0 is undefined, None: precision without predictions, recall without gold, F1 without either,
  as scikit-learn's `zero_division=nan`. F1 with gold alone, or predictions alone, is 0. None, not
  NaN, which JSON cannot hold and which compares without an error.
- A gold entity is nested if it shares a word with another gold entity of its sentence.
- A label that was not annotated in a sentence (`Example.labels`) is ignored there: a prediction
  of it is neither correct nor wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..types import Example, Span

Shares = tuple[float | None, float | None, float | None]
"""Precision, recall and F1, 0 to 1; None where undefined."""
UNDEFINED = "–"
"""An undefined measure in tables and on pages; in JSON it is `null`."""


@dataclass(frozen=True, slots=True)
class Count:
    """The numbers of gold, predicted and correct entities."""

    gold: int = 0
    predicted: int = 0
    correct: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(
            self.gold + other.gold,
            self.predicted + other.predicted,
            self.correct + other.correct,
        )

    @property
    def precision(self) -> float | None:
        return ratio(self.correct, self.predicted)

    @property
    def recall(self) -> float | None:
        return ratio(self.correct, self.gold)

    @property
    def f1(self) -> float | None:
        return ratio(2 * self.correct, self.gold + self.predicted)

    def to_json(self) -> dict[str, float | None]:
        return {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "gold": self.gold,
            "predicted": self.predicted,
            "correct": self.correct,
        }


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores over a set of sentences, overall and by group."""

    sentences: int
    overall: Count
    per_label: dict[str, Count]
    """Sorted by label; every label that occurs in gold or predictions."""
    boundaries: Count
    """Ignoring labels: is there an entity with exactly these boundaries?"""
    nested: Count
    """Gold entities that overlap another; only `recall` is meaningful, since `predicted` =
    `correct`."""
    flat: Count
    """Gold entities that overlap no other; likewise."""
    nested_sentences: Count
    """All entities of sentences with nested gold entities."""
    flat_sentences: Count
    """All entities of all other sentences."""

    @property
    def precision(self) -> float | None:
        return self.overall.precision

    @property
    def recall(self) -> float | None:
        return self.overall.recall

    @property
    def f1(self) -> float | None:
        return self.overall.f1

    def to_json(self) -> dict[str, Any]:
        """Scores in 0..1, None where undefined, and the counts behind them; for `json.dumps`."""
        return {
            **self.overall.to_json(),
            "sentences": self.sentences,
            "per_label": {label: count.to_json() for label, count in self.per_label.items()},
            "boundaries": self.boundaries.to_json(),
            "nested_recall": self.nested.recall,
            "nested_gold": self.nested.gold,
            "flat_recall": self.flat.recall,
            "flat_gold": self.flat.gold,
            "nested_sentences": self.nested_sentences.to_json(),
            "flat_sentences": self.flat_sentences.to_json(),
        }


def score(pairs: Iterable[tuple[Example, Iterable[Span]]]) -> Scores:
    """Score each sentence's predictions against the entities of its example. Duplicate predictions
    count once."""
    sentences = 0
    labels: Counter[tuple[str, str]] = Counter()
    overall = boundaries = nested = flat = nested_sentences = flat_sentences = Count()
    for example, predictions in pairs:
        sentences += 1
        gold = with_known_labels(example, example.entities)
        predicted = with_known_labels(example, predictions)
        inner = nested_entities(gold)
        counts = compare(gold, predicted)
        overall += counts
        boundaries += compare(_boundaries(gold), _boundaries(predicted))
        nested += compare(inner, predicted & inner)
        flat += compare(gold - inner, predicted & (gold - inner))
        if inner:
            nested_sentences += counts
        else:
            flat_sentences += counts
        labels.update((span.label, "gold") for span in gold)
        labels.update((span.label, "predicted") for span in predicted)
        labels.update((span.label, "correct") for span in gold & predicted)
    return Scores(
        sentences=sentences,
        overall=overall,
        per_label={
            label: Count(*(labels[label, kind] for kind in ("gold", "predicted", "correct")))
            for label in sorted({label for label, _ in labels})
        },
        boundaries=boundaries,
        nested=nested,
        flat=flat,
        nested_sentences=nested_sentences,
        flat_sentences=flat_sentences,
    )


def compare(gold: Collection[Hashable], predicted: Collection[Hashable]) -> Count:
    """Compare two collections as sets."""
    gold_set, predicted_set = frozenset(gold), frozenset(predicted)
    return Count(len(gold_set), len(predicted_set), len(gold_set & predicted_set))


def nested_entities(entities: Iterable[Span]) -> frozenset[Span]:
    """The entities that share a word with another one."""
    nested: set[Span] = set()
    widest: Span | None = None
    for span in sorted(set(entities)):
        if widest is not None and span.start < widest.end:
            nested |= {span, widest}
        if widest is None or span.end > widest.end:
            widest = span
    return frozenset(nested)


def with_known_labels(example: Example, spans: Iterable[Span]) -> frozenset[Span]:
    """The spans without those whose label the sentence's annotators did not look for."""
    labels = example.labels
    return frozenset(span for span in spans if labels is None or span.label in labels)


def _boundaries(spans: Iterable[Span]) -> frozenset[tuple[int, int]]:
    return frozenset((span.start, span.end) for span in spans)


def ratio(part: float, whole: float) -> float | None:
    """`part` of `whole`; None, undefined, if there is no whole."""
    return part / whole if whole else None


def percent(share: float | None, digits: int = 2) -> str:
    """A share in per cent without its sign, or `UNDEFINED`."""
    return UNDEFINED if share is None else f"{100 * share:.{digits}f}"


def stored_shares(stored: Mapping[str, Any]) -> Shares:
    """Precision, recall and F1 of what `Count.to_json` wrote; None where one is missing, too.

    Earlier versions wrote 0 or 1 for an undefined measure; the counts beside it tell.
    """
    gold, predicted = stored.get("gold"), stored.get("predicted")
    nothing = gold == 0 and predicted == 0
    return (
        None if predicted == 0 else stored.get("precision"),
        None if gold == 0 else stored.get("recall"),
        None if nothing else stored.get("f1"),
    )


def as_table(scores: Scores) -> str:
    """Format the scores as lines of text, in per cent; nested and flat entities have a recall
    only."""
    rows = [("all", scores.overall), *scores.per_label.items()]
    rows.append(("boundaries only", scores.boundaries))
    rows.append(("sentences with nesting", scores.nested_sentences))
    rows.append(("sentences without", scores.flat_sentences))
    width = max(len("sentences with nesting"), *(len(name) for name, _ in rows))
    header = f"{'':{width}}  {'P':>6} {'R':>6} {'F1':>6} {'gold':>6} {'pred':>6} {'right':>6}"
    lines = [header]
    for name, count in rows:
        shares = " ".join(
            f"{percent(share):>6}" for share in (count.precision, count.recall, count.f1)
        )
        lines.append(
            f"{name:{width}}  {shares} {count.gold:6d} {count.predicted:6d} {count.correct:6d}"
        )
    for name, count in (("nested entities", scores.nested), ("flat entities", scores.flat)):
        if not count.gold:
            continue
        recall = f"{percent(count.recall):>6}"
        lines.append(
            f"{name:{width}}  {'':6} {recall} {'':6} {count.gold:6d} {'':6} {count.correct:6d}"
        )
    return "\n".join(lines)
