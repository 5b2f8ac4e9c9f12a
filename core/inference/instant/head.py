"""The head: learn a sentence, take it back, rename its labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from ...types import Span
from .embeddings import SentenceSpans
from .policy import RECENT, Outcome, cheapest_thresholds
from .ridge import Ridge
from .scaling import Scaling
from .string_counts import StringCounts
from .suggester import InstantSuggester

PENALTY = 300.0
"""λ."""
POSITIVE_WEIGHT = 6.0
"""w_s of a span that a person labelled."""
REJECTED_WEIGHT = 1.0
"""w_s of a suggestion that a person rejected."""


class Annotated(NamedTuple):
    """A sentence with a person's word on it."""

    sentence: SentenceSpans
    entities: Sequence[Span]
    rejected: Sequence[Span] = ()

    def by_row(self, spans: Iterable[Span]) -> list[tuple[int, Span]]:
        """The spans that are among the sentence's, with their row."""
        rows = {place: row for row, place in enumerate(self.sentence.places)}
        return [
            (rows[span.start, span.end], span) for span in spans if (span.start, span.end) in rows
        ]


class InstantHead:
    """Learns labels on a frozen model's span embeddings.

    All is learnt and taken back exactly: the head depends on what it has learnt, and, but for the
    outcomes, not on the order. It holds sums alone; whoever takes a sentence back brings it again.
    """

    def __init__(self, scaling: Scaling, flat: bool, known: Iterable[str] = ()) -> None:
        self.scaling = scaling
        self.flat = flat
        """Whether suggestions may not overlap."""
        self.known = frozenset(known)
        """The labels that the model itself suggests."""
        self.documents = 0
        """How many documents are learnt."""
        self.ridge = Ridge(len(scaling.mean), 0, PENALTY)
        self.strings = StringCounts()
        self.counts: Counter[str] = Counter()
        """The learnt entities by label."""
        self.outcomes: list[Outcome] = []
        """The recent ones, oldest first."""
        self._suggester: InstantSuggester | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the learnt entities, sorted: the targets of the regression."""
        return tuple(sorted(self.counts))

    def learn(self, sentences: Sequence[Annotated], sign: int = 1) -> None:
        """Learn sentences, or take them back with `sign` -1. Entities longer than a span may be are
        not learnt. Raises ValueError where more is taken back than was learnt."""
        filled = [item for item in sentences if item.sentence.places]
        if not filled:
            return
        learnt = [item.by_row(item.entities) for item in filled]
        self._count(Counter(span.label for rows in learnt for _, span in rows), sign)
        columns = {label: column for column, label in enumerate(self.labels)}
        x, y, weights = [], [], []
        for item, rows in zip(filled, learnt, strict=True):
            x.append(self.scaling(item.sentence.embeddings))
            y.append(torch.zeros(len(x[-1]), len(columns)))
            weights.append(torch.ones(len(x[-1])))
            for row, _ in item.by_row(item.rejected):
                weights[-1][row] = REJECTED_WEIGHT
            for row, span in rows:
                weights[-1][row] = POSITIVE_WEIGHT
                if span.label in columns:
                    y[-1][row, columns[span.label]] = 1.0
            self.strings.add(item.sentence.words, item.entities, sign)
        self.ridge.add(torch.cat(x), torch.cat(y), torch.cat(weights), sign)

    def count_document(self, sign: int = 1) -> None:
        """Count a learnt document."""
        self.documents += sign
        self._suggester = None

    def record(self, outcomes: Iterable[Outcome]) -> None:
        """Remember what became of a document's candidates."""
        self.outcomes = [*self.outcomes, *outcomes][-RECENT:]
        self._suggester = None

    def forget(self, document: int) -> None:
        """Forget a document's outcomes."""
        self.outcomes = [item for item in self.outcomes if item.document != document]
        self._suggester = None

    def rename(self, names: Mapping[str, str]) -> None:
        """Rename labels; two that get one name are merged."""
        renamed = [names.get(label, label) for label in self.labels]
        counts: Counter[str] = Counter()
        for label, number in self.counts.items():
            counts[names.get(label, label)] += number
        self.counts = counts
        self.known = frozenset(names.get(label, label) for label in self.known)
        self.ridge.merge_targets([self.labels.index(label) for label in renamed])
        self.strings.rename(names)
        self.outcomes = [
            item._replace(label=names.get(item.label, item.label)) for item in self.outcomes
        ]
        self._suggester = None

    def suggester(self) -> InstantSuggester:
        """What suggests with all that is learnt so far."""
        if self._suggester is None:
            self._suggester = InstantSuggester(
                self.labels,
                self._weights(),
                self.strings.table(),
                cheapest_thresholds(self.outcomes, self.labels, self.known),
                self.flat,
                self.documents,
            )
        return self._suggester

    def _weights(self) -> Tensor:
        """W of embeddings as the model gives them, before they are standardised."""
        weights = self.ridge.weights()
        scaled = weights[:-1] / self.scaling.deviation[:, None]
        return torch.cat([scaled, weights[-1:] - self.scaling.mean @ scaled])

    def _count(self, entities: Counter[str], sign: int) -> None:
        before = self.labels
        for label, number in entities.items():
            if self.counts[label] + sign * number < 0:
                raise ValueError(
                    f"a sentence with {number} {label!r} cannot be taken back from a head that "
                    f"has learnt {self.counts[label]}; take back only what was learnt"
                )
        totals = {
            label: self.counts[label] + sign * entities[label]
            for label in {*self.counts, *entities}
        }
        self.counts = Counter({label: number for label, number in totals.items() if number})
        if self.labels != before:
            columns = [before.index(label) if label in before else None for label in self.labels]
            self.ridge.set_targets(columns)
        self._suggester = None
