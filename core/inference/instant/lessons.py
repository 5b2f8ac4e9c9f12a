"""Learn and suggest on texts: offsets in code points, sentences and windows as a pipeline cuts
them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from ...types import Entity
from ..pipeline import Pipeline
from .embeddings import SentenceSpans
from .head import Annotated, InstantHead
from .outcomes import LessonOutcomes, compare
from .recent_spans import recent_spans
from .suggester import Candidates, InstantSuggester
from .text_windows import Suggestions, TextWindows, candidate_outcomes, combine

Item = TypeVar("Item")

_WINDOWS = 64
"""Windows whose spans are in memory together."""


@dataclass(frozen=True)
class Lesson:
    """A document that a person has annotated."""

    document: int
    """Its number; outcomes are forgotten by it."""
    text: str
    entities: tuple[Entity, ...]
    """What the person annotated or accepted."""
    rejected: tuple[Entity, ...] = ()
    """Suggestions that the person rejected."""
    predicted: tuple[Entity, ...] | None = None
    """What the model alone suggests; None if it was not asked: then nothing is measured of the
    labels that it suggests itself. Not needed to unlearn."""


def suggest(
    pipeline: Pipeline,
    suggester: InstantSuggester,
    text: str,
    predicted: Sequence[Entity] = (),
) -> Suggestions:
    """What the model and the head together suggest in a text. `predicted` is what the model alone
    suggests, its labels being the project's."""
    if not suggester.labels:
        return Suggestions(tuple(sorted(predicted)))
    document = TextWindows(pipeline.read(text))
    by_window = [
        suggester.candidates(sentence, document.spans(number, predicted))
        for _, number, sentence in _embedded(pipeline, [document])
    ]
    return combine(document, suggester, by_window, predicted)


def learn(pipeline: Pipeline, head: InstantHead, lesson: Lesson) -> LessonOutcomes:
    """Learn a document, after suggesting on it with what was learnt before, and say how good the
    suggestions were."""
    (outcomes,) = learn_many(pipeline, head, [lesson])
    return outcomes


def learn_many(
    pipeline: Pipeline,
    head: InstantHead,
    lessons: Iterable[Lesson],
    batch_size: int = 32,
    suggester: InstantSuggester | None = None,
) -> Iterator[LessonOutcomes]:
    """Learn documents, faster than one by one: the documents of a batch are suggested on with what
    was learnt before the batch, or by the `suggester`."""
    remaining = iter(lessons)
    while batch := list(islice(remaining, batch_size)):
        yield from _learn(pipeline, head, batch, suggester or head.suggester())


def unlearn(pipeline: Pipeline, head: InstantHead, lesson: Lesson) -> None:
    """Take a document back that was learnt with the same text, entities and rejections. Raises
    ValueError if it cannot have been learnt."""
    document = TextWindows(pipeline.read(lesson.text))
    for part in _parts(_embedded(pipeline, [document])):
        head.learn([_annotated(document, number, item, lesson) for _, number, item in part], -1)
    head.forget(lesson.document)
    head.count_document(-1)


def _learn(
    pipeline: Pipeline, head: InstantHead, lessons: Sequence[Lesson], suggester: InstantSuggester
) -> list[LessonOutcomes]:
    documents = [TextWindows(pipeline.read(lesson.text)) for lesson in lessons]
    candidates: list[list[Candidates]] = [[] for _ in lessons]
    for part in _parts(_embedded(pipeline, documents)):
        annotated = []
        for index, number, sentence in part:
            spans = documents[index].spans(number, lessons[index].predicted or ())
            candidates[index].append(suggester.candidates(sentence, spans))
            annotated.append(_annotated(documents[index], number, sentence, lessons[index]))
        head.learn(annotated)
    measured = []
    for lesson, document, by_window in zip(lessons, documents, candidates, strict=True):
        suggested = combine(document, suggester, by_window, lesson.predicted or ())
        outcomes = candidate_outcomes(document, by_window, lesson.document, lesson.entities)
        unasked = head.known if lesson.predicted is None else ()
        head.record(outcome for outcome in outcomes if outcome.label not in unasked)
        head.count_document()
        measured.append(compare(lesson.entities, suggested.entities, lesson.predicted))
    return measured


def _annotated(
    document: TextWindows, number: int, sentence: SentenceSpans, lesson: Lesson
) -> Annotated:
    return Annotated(
        sentence, document.spans(number, lesson.entities), document.spans(number, lesson.rejected)
    )


_Embedded = tuple[int, int, SentenceSpans]
"""A window: the index of its document, its number there, its spans."""


def _embedded(pipeline: Pipeline, documents: Sequence[TextWindows]) -> Iterator[_Embedded]:
    """All windows in order."""
    places = [
        (index, number, words)
        for index, document in enumerate(documents)
        for number, words in enumerate(document.windowed.sentences)
    ]
    for part in _parts(iter(places)):
        spans = recent_spans(pipeline.model).embed(pipeline, [words for *_, words in part])
        for (index, number, _), sentence in zip(part, spans, strict=True):
            yield index, number, sentence


def _parts(items: Iterator[Item]) -> Iterator[list[Item]]:
    while part := list(islice(items, _WINDOWS)):
        yield part
