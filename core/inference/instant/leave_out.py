"""What a head says of a document that it has not learnt, though it has: leave one document out.

With h_s = w_s x_sᵀ (Σ w x xᵀ + λ I)⁻¹ x_s, the residual of a span in a regression without it is
(y_s - ŷ_s) / (1 - h_s) (Allen 1974), and that of all spans of a document D in one without D is

    (I - H_DD)⁻¹ (y_D - ŷ_D).

A span alone left out still sees those that overlap it, the same error further on in the document,
and the counts of its own string. So documents are left out, by taking them back from a copy of the
head, counts and all: the same numbers (Woodbury), in F dimensions, which are fewer than a
document's spans.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass

from ...overlaps import conflict_rule, overlap
from ...types import Entity, Span, Token
from ..label_errors import EntityReview
from ..pipeline import Pipeline
from .embeddings import MAX_WIDTH, SentenceSpans, embed_spans
from .head import Annotated, InstantHead
from .suggester import InstantSuggester
from .text_windows import TextWindows

MIN_OTHERS = 5
"""The entities with a label that other documents must hold for the head to judge it."""
MIN_MISSING = 0.9
"""The score from which an unmarked span counts as a missing entity (docs/results/annotation.md)."""
_MISSING_TRUST = 0.9
"""A missing entity is a mistake less often than a doubtful one of the same score."""
_MIN_INSTEAD = 0.5
"""The score from which another span or label is proposed in an entity's place."""
_WINDOWS = 64
"""Windows whose spans are in memory together."""


@dataclass(frozen=True)
class AnnotatedWindow:
    """A window of an annotated document, and where its words stand in the text."""

    annotated: Annotated
    tokens: Sequence[Token]

    def entity(self, span: Span) -> Entity:
        return Entity(self.tokens[span.start].start, self.tokens[span.end - 1].end, span.label)


def annotated_windows(
    pipeline: Pipeline, text: str, entities: Sequence[Entity], rejected: Sequence[Entity] = ()
) -> Iterator[list[AnnotatedWindow]]:
    """Embed a document's windows, a few at a time."""
    document = TextWindows(pipeline.read(text))
    windows = document.windowed.windows
    for first in range(0, len(windows), _WINDOWS):
        numbers = range(first, min(first + _WINDOWS, len(windows)))
        embedded = embed_spans(
            pipeline.model,
            [document.windowed.sentences[number] for number in numbers],
            pipeline.recent_states,
        )
        yield [
            AnnotatedWindow(
                Annotated(
                    sentence, document.spans(number, entities), document.spans(number, rejected)
                ),
                document.windowed.tokens_of(windows[number]),
            )
            for number, sentence in zip(numbers, embedded, strict=True)
        ]


def take_back(head: InstantHead, windows: Iterable[Sequence[AnnotatedWindow]]) -> InstantHead:
    """A copy of the head that has not learnt this document, which the head has."""
    rest = deepcopy(head)
    for part in windows:
        rest.learn([window.annotated for window in part], -1)
    return rest


def review_window(
    head: InstantHead, suggester: InstantSuggester, window: AnnotatedWindow
) -> list[EntityReview]:
    """Review the entities of a window, and name those that are missing. `suggester` is that of
    `head`, which has not learnt the window's document.

    Entities of a label that the head has hardly seen, and those longer than `MAX_WIDTH` words, are
    left out.
    """
    sentence, entities, rejected = window.annotated
    if not sentence.places or not suggester.labels:
        return []
    judgement = _Judgement.of(suggester, sentence, head.flat)
    reviews = []
    for span in entities:
        if head.counts[span.label] >= MIN_OTHERS and span.end - span.start <= MAX_WIDTH:
            score, instead = judgement.of_entity(span, entities)
            suggestion = window.entity(instead) if instead else None
            reviews.append(EntityReview(window.entity(span), score, suggestion))
    for score, span in judgement.missing(entities, rejected):
        if head.counts[span.label] >= MIN_OTHERS:
            reviews.append(EntityReview(None, score, window.entity(span)))
    return reviews


@dataclass(frozen=True)
class _Judgement:
    """The head's scores of a sentence's spans."""

    by_label: dict[tuple[int, int], dict[str, float]]
    """ŷ by place and label."""
    ranked: list[tuple[float, Span]]
    """Each place with its likeliest label and Σ_c ŷ, best first."""
    flat: bool

    @classmethod
    def of(cls, suggester: InstantSuggester, sentence: SentenceSpans, flat: bool) -> _Judgement:
        predicted = suggester.predict(sentence)
        by_label = {
            place: dict(zip(suggester.labels, row, strict=True))
            for place, row in zip(sentence.places, predicted.tolist(), strict=True)
        }
        ranked = [
            (sum(scores.values()), Span(*place, max(scores, key=scores.__getitem__)))
            for place, scores in by_label.items()
        ]
        return cls(by_label, sorted(ranked, key=lambda scored: -scored[0]), flat)

    def of_entity(self, span: Span, entities: Sequence[Span]) -> tuple[float, Span | None]:
        """How unlikely an entity is, 0 to 1, and the likeliest span in its place, itself included;
        None if none is likely."""
        likelihood = self.by_label[span.start, span.end].get(span.label, 0.0)
        others = [other for other in entities if other != span]
        best = next(
            (
                (score, candidate)
                for score, candidate in self.ranked
                if overlap(candidate, span) and self._fits(candidate, others)
            ),
            None,
        )
        instead = best[1] if best and best[0] >= _MIN_INSTEAD else None
        return min(1.0, max(0.0, 1.0 - likelihood)), instead

    def missing(
        self, entities: Sequence[Span], rejected: Sequence[Span]
    ) -> Iterator[tuple[float, Span]]:
        """Likely spans that nobody marked or rejected, and that overlap no entity."""
        occupied = [*entities]
        for score, span in self.ranked:
            if score < MIN_MISSING:
                return
            if span not in rejected and not any(overlap(span, other) for other in occupied):
                occupied.append(span)
                yield _MISSING_TRUST * min(1.0, score), span

    def _fits(self, candidate: Span, others: Sequence[Span]) -> bool:
        in_conflict = conflict_rule(self.flat)
        return not any(
            in_conflict(candidate, other)
            or (candidate.start, candidate.end) == (other.start, other.end)
            for other in others
        )
