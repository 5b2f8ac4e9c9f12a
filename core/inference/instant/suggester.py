"""Suggest with what a head has learnt: small, read-only, ready to be passed around."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from ...overlaps import conflict_rule
from ...types import Span
from .embeddings import SentenceSpans
from .policy import Thresholds
from .string_counts import Occurrences

STRING_PRIOR = 1.0
"""κ, occurrences."""
_LEAST_SCORE = 0.2
"""Candidates below this score are not looked at."""


class Scored(NamedTuple):
    """A span with the head's score."""

    score: float
    span: Span


@dataclass(frozen=True)
class Candidates:
    """What the head and the model would suggest in a sentence."""

    head: list[Scored]
    """Best first; none conflicts with another or with what remains of the model's."""
    model: list[Scored]
    """The model's, with the head's score for their labels; those that it cannot score are left
    out."""


@dataclass(frozen=True)
class InstantSuggester:
    """What `InstantHead.suggester` has learnt, for suggesting alone."""

    labels: tuple[str, ...] = ()
    weights: Tensor = field(default_factory=lambda: torch.zeros(1, 0))  # (F + 1, C)
    strings: Mapping[str, Occurrences] = field(default_factory=dict)
    thresholds: Thresholds = field(default_factory=Thresholds)
    flat: bool = True
    documents: int = 0
    """How many documents were learnt."""

    def predict(self, sentence: SentenceSpans) -> Tensor:
        """ŷ (S, C)."""
        predicted = F.pad(sentence.embeddings, (0, 1), value=1.0) @ self.weights
        for row, (start, end) in enumerate(sentence.places):
            if occurrences := self._find(sentence.words[start:end]):
                share = [
                    occurrences.by_label.get(label, 0) / occurrences.total for label in self.labels
                ]
                trust = occurrences.total / (occurrences.total + STRING_PRIOR)
                predicted[row] += trust * (torch.tensor(share) - predicted[row])
        return predicted

    def candidates(self, sentence: SentenceSpans, by_model: Sequence[Span] = ()) -> Candidates:
        """Score the spans of a sentence beside what the model suggests in it."""
        if not self.labels or not sentence.places:
            return Candidates([], [])
        predicted = self.predict(sentence)
        rows = {place: row for row, place in enumerate(sentence.places)}
        model = [
            Scored(
                float(predicted[rows[span.start, span.end], self.labels.index(span.label)]), span
            )
            for span in by_model
            if span.label in self.labels and (span.start, span.end) in rows
        ]
        vetoed = {item.span for item in model if not self.stands(item)}
        standing = [span for span in by_model if span not in vetoed]
        return Candidates(self._best(sentence, predicted, standing), model)

    def stands(self, item: Scored) -> bool:
        """Whether a suggestion of the model is good enough for the head."""
        least = self.thresholds.model.get(item.span.label)
        return least is None or item.score >= least

    def suggests(self, item: Scored) -> bool:
        """Whether a candidate of the head reaches its label's threshold."""
        least = self.thresholds.head.get(item.span.label)
        return least is not None and item.score >= least

    def _best(
        self, sentence: SentenceSpans, predicted: Tensor, standing: Sequence[Span]
    ) -> list[Scored]:
        scores, columns = predicted.sum(1), predicted.argmax(1).tolist()
        in_conflict = conflict_rule(self.flat)
        occupied = list(standing)
        chosen: list[Scored] = []
        for row in scores.argsort(descending=True, stable=True).tolist():
            score = float(scores[row])
            if score < _LEAST_SCORE:
                break
            start, end = sentence.places[row]
            span = Span(start, end, self.labels[columns[row]])
            if not any(
                in_conflict(span, other) or (start, end) == (other.start, other.end)
                for other in occupied
            ):
                chosen.append(Scored(score, span))
                occupied.append(span)
        return chosen

    def _find(self, words: Sequence[str]) -> Occurrences | None:
        string = " ".join(words)
        return self.strings.get(string) or self.strings.get(string.lower())
