"""The core's instant head on lessons of the database, in turns with whoever needs the model."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from app.services.suggestions.instant import InstantModel, parts
from core.types import Entity
from storage.repository.instant import Labelled, Lesson

if TYPE_CHECKING:
    from core.inference.instant.head import InstantHead
    from core.inference.instant.lessons import Lesson as TextLesson
    from core.inference.instant.scaling import Scaling

LOG = logging.getLogger(__name__)
LONG = 20_000
"""Code points of a text that is learnt in parts, so that nobody waits for all of it."""
PART = 1_000
"""Words of such a part."""
TURN = 6_000
"""Code points of short texts that are learnt in one turn: nobody waits for more of them."""
SINCE = 32
"""Documents after which the next are suggested on with what was learnt from these, too."""
Taught = tuple[int, Lesson, Any]
"""1 for a lesson that was learnt or -1 for one that was taken back, and its outcomes."""


class TaughtText(NamedTuple):
    """A document to learn."""

    lesson: Lesson
    text: str
    predicted: Sequence[Entity] | None
    """What the model alone says of it, by the ids of labels; None: it was not asked."""


def scaling_of(model: InstantModel) -> Scaling:
    """What new heads of a model version begin with: as its folder has it, or measured in many
    short turns, which takes seconds."""
    from core.inference.instant.scaling import Scaling, ScalingError, sample_embeddings

    try:
        stored = model.with_pipeline(lambda pipeline: Scaling.load(model.path, pipeline.model))
    except ScalingError as error:
        LOG.warning("%s; until then it is measured at each start", error)
        stored = None
    if stored is not None:
        return stored
    parts = model.with_pipeline(lambda pipeline: sample_embeddings(pipeline.model))
    measured = []
    while (part := model.with_pipeline(lambda _: next(parts, None))) is not None:
        measured.append(part)
    return Scaling.of_embeddings(measured)


def restored(state: bytes) -> InstantHead | None:
    """A head from its kept state; None where it is damaged or another version's."""
    from core.inference.instant.saved import InstantStateError, head_from_bytes

    try:
        return head_from_bytes(state)
    except InstantStateError:
        return None


def learn(
    model: InstantModel,
    head: InstantHead,
    documents: Iterable[TaughtText],
    between: Callable[[], None] = lambda: None,
) -> Iterator[dict[str, Any]]:
    """Learn documents, short ones together in a turn; yields how right the suggestions on each
    were before, as plain data. `between` is called now and then, and between the parts of a long
    one."""
    for long, group in groupby(documents, lambda document: len(document.text) > LONG):
        if long:
            for document in group:
                yield _learn_long(model, head, document, between)
        else:
            yield from _learn_short(model, head, group, between)


def _learn_short(
    model: InstantModel,
    head: InstantHead,
    documents: Iterable[TaughtText],
    between: Callable[[], None],
) -> Iterator[dict[str, Any]]:
    from core.inference.instant.lessons import learn_many

    suggester, since = head.suggester(), 0
    for turn in _turns(documents):
        if since >= SINCE:
            suggester, since = head.suggester(), 0
            between()
        since += len(turn)
        lessons = [_text_lesson(document, 0, len(document.text)) for document in turn]
        found = model.with_pipeline(
            lambda pipeline, lessons=lessons, suggester=suggester: list(  # type: ignore[misc]
                learn_many(pipeline, head, lessons, suggester=suggester)
            )
        )
        yield from (outcomes.to_json() for outcomes in found)


def _turns(documents: Iterable[TaughtText]) -> Iterator[list[TaughtText]]:
    """Documents that together are no longer than a turn may be; one at least."""
    turn: list[TaughtText] = []
    for document in documents:
        if turn and sum(len(item.text) for item in [*turn, document]) > TURN:
            yield turn
            turn = []
        turn.append(document)
    if turn:
        yield turn


def _learn_long(
    model: InstantModel, head: InstantHead, document: TaughtText, between: Callable[[], None]
) -> dict[str, Any]:
    from core.inference.instant.lessons import learn
    from core.inference.instant.outcomes import LabelOutcome, LessonOutcomes

    instant: dict[str, LabelOutcome] = {}
    alone: dict[str, LabelOutcome] = {}
    pieces = _pieces(document)
    for piece in pieces:
        found = model.with_pipeline(lambda pipeline, piece=piece: learn(pipeline, head, piece))  # type: ignore[misc]
        for total, outcomes in ((instant, found.instant), (alone, found.model or {})):
            for label, outcome in outcomes.items():
                total[label] = total.get(label, LabelOutcome()) + outcome
        between()
    head.count_document(1 - len(pieces))
    return LessonOutcomes(instant, None if document.predicted is None else alone).to_json()


def unlearn(model: InstantModel, head: InstantHead, lesson: Lesson, text: str) -> None:
    """Take back a document. Raises ValueError where it cannot have been learnt."""
    from core.inference.instant.lessons import unlearn

    pieces = _pieces(TaughtText(lesson, text, None))
    for piece in pieces:
        model.with_pipeline(lambda pipeline, piece=piece: unlearn(pipeline, head, piece))  # type: ignore[misc]
    head.count_document(len(pieces) - 1)


def _pieces(document: TaughtText) -> list[TextLesson]:
    """The document as it is learnt: in parts where it is long; an entity across two parts is in
    none."""
    size = len(document.text)
    ranges = parts(document.text, PART) if size > LONG else []
    return [_text_lesson(document, start, end) for start, end in ranges or [(0, size)]]


def _text_lesson(document: TaughtText, start: int, end: int) -> TextLesson:
    from core.inference.instant.lessons import Lesson as TextLesson

    lesson, predicted = document.lesson, document.predicted
    return TextLesson(
        lesson.document_id,
        document.text[start:end],
        _inside(map(_entity, lesson.entities), start, end),
        _inside(map(_entity, lesson.rejected), start, end),
        None if predicted is None else _inside(predicted, start, end),
    )


def _entity(labelled: Labelled) -> Entity:
    start, end, label_id = labelled
    return Entity(start, end, str(label_id))


def _inside(entities: Iterable[Entity], start: int, end: int) -> tuple[Entity, ...]:
    return tuple(
        replace(entity, start=entity.start - start, end=entity.end - start)
        for entity in entities
        if start <= entity.start and entity.end <= end
    )
