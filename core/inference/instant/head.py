"""The head: learn a document, take it back, suggest on the next one."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from ...overlaps import conflict_rule
from ...types import Example, Span
from .embeddings import SentenceSpans
from .ridge import Ridge
from .scaling import Scaling
from .string_counts import StringCounts
from .threshold import CheapestThreshold, Outcome

PENALTY = 300.0
"""λ."""
POSITIVE_WEIGHT = 6.0
"""w_s of a span that a person labelled."""
STRING_PRIOR = 2.0
"""κ, occurrences."""
_LEAST_SCORE = 0.2
"""Candidates below this score are not looked at."""

Scored = tuple[float, Span]


class InstantHead:
    """Suggests a project's labels on a frozen model's span embeddings.

    All documents are learnt and taken back exactly: the head depends on those that it has learnt,
    and, but for the threshold, not on their order.
    """

    def __init__(self, labels: Sequence[str], scaling: Scaling, flat: bool) -> None:
        self.labels = list(labels)
        self.scaling = scaling
        self.flat = flat
        self.ridge = Ridge(len(scaling.mean), len(self.labels), PENALTY)
        self.strings = StringCounts()
        self.threshold = CheapestThreshold()
        self._documents: dict[Hashable, tuple[Example, ...]] = {}

    def suggest(self, sentences: Sequence[SentenceSpans]) -> list[list[Scored]]:
        """The entities of each sentence that reach the threshold, best first, with their scores."""
        threshold = self.threshold.value
        return [
            [(score, span) for score, span in self.candidates(sentence) if score >= threshold]
            for sentence in sentences
        ]

    def candidates(self, sentence: SentenceSpans) -> list[Scored]:
        """The scored spans that conflict with no better one, best first; none before a document is
        learnt."""
        if not self._documents or not sentence.places or not self.labels:
            return []
        predicted = self.predict(sentence)
        scores, columns = predicted.sum(1), predicted.argmax(1).tolist()
        in_conflict = conflict_rule(self.flat)
        chosen: list[Scored] = []
        for row in scores.argsort(descending=True, stable=True).tolist():
            score = float(scores[row])
            if score < _LEAST_SCORE:
                break
            span = Span(*sentence.places[row], self.labels[columns[row]])
            if not any(in_conflict(span, other) for _, other in chosen):
                chosen.append((score, span))
        return chosen

    def learn(
        self, document: Hashable, sentences: Sequence[SentenceSpans], gold: Sequence[Example]
    ) -> None:
        """Learn a document, after noting what the head would have suggested on it. Raises KeyError
        if it has been learnt."""
        if document in self._documents:
            raise KeyError(f"document {document!r} has been learnt; take it back first")
        self.threshold.add(document, self._outcomes(sentences, gold))
        self._documents[document] = tuple(gold)
        self._add(sentences, gold, 1)

    def unlearn(self, document: Hashable, sentences: Sequence[SentenceSpans]) -> None:
        """Take a learnt document back. Raises KeyError if it has not been learnt."""
        gold = self._documents.pop(document)
        self.threshold.remove(document)
        self._add(sentences, gold, -1)

    def _add(self, sentences: Sequence[SentenceSpans], gold: Sequence[Example], sign: int) -> None:
        for sentence, example in zip(sentences, gold, strict=True):
            if not sentence.places:
                continue
            y = torch.zeros(len(sentence.places), len(self.labels))
            rows = {place: row for row, place in enumerate(sentence.places)}
            for span in example.entities:
                if (row := rows.get((span.start, span.end))) is not None:
                    y[row, self.labels.index(span.label)] = 1.0
            weights = torch.where(y.any(1), POSITIVE_WEIGHT, 1.0)
            self.ridge.add(self.scaling(sentence.embeddings), y, weights, sign)
            count = self.strings.add if sign > 0 else self.strings.remove
            count(example.words, example.entities)

    def predict(self, sentence: SentenceSpans) -> Tensor:
        """ŷ (S, C)."""
        predicted = self.ridge.predict(self.scaling(sentence.embeddings))
        for row, (start, end) in enumerate(sentence.places):
            occurrences = self.strings.find(sentence.words[start:end])
            if occurrences is not None:
                share = [occurrences.by_label[label] / occurrences.total for label in self.labels]
                trust = occurrences.total / (occurrences.total + STRING_PRIOR)
                predicted[row] += trust * (torch.tensor(share) - predicted[row])
        return predicted

    def _outcomes(
        self, sentences: Sequence[SentenceSpans], gold: Sequence[Example]
    ) -> list[Outcome]:
        outcomes = []
        for sentence, example in zip(sentences, gold, strict=True):
            spans = set(example.entities)
            places = {(span.start, span.end) for span in spans}
            for score, span in self.candidates(sentence):
                outcomes.append(Outcome(score, span in spans, (span.start, span.end) in places))
        return outcomes


def _relabelled(example: Example, names: Mapping[str, str], labels: Sequence[str]) -> Example:
    spans = {
        Span(span.start, span.end, names.get(span.label, span.label)) for span in example.entities
    }
    return replace(example, entities=tuple(sorted(span for span in spans if span.label in labels)))
