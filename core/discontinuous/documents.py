"""Joining fragments in what a pipeline says of a document.

pipeline = Pipeline.from_pretrained(folder)
combiner = Combiner.load(pipeline.model, folder)
join(pipeline, combiner, pipeline.predict(text)).discontinuous
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..inference.pipeline import Pipeline
from ..types import Entity, Prediction, Span, Token
from .combiner import Combiner
from .records import FragmentedEntity


@dataclass(frozen=True, slots=True)
class Joined:
    """A prediction with its fragments joined; all offsets are code points."""

    text: str
    entities: tuple[Entity, ...]
    """Those that are entities by themselves."""
    discontinuous: tuple[FragmentedEntity, ...]
    uncovered: tuple[Token, ...] = ()


def join(pipeline: Pipeline, combiner: Combiner, prediction: Prediction) -> Joined:
    """Join the entities of a prediction of `pipeline`, sentence by sentence.

    Each sentence with entities is encoded once more.
    """
    reading = pipeline.read(prediction.text)
    tokens = [reading.tokens_of(window) for window in reading.windows]
    spans = [_inside(prediction.entities, each) for each in tokens]
    found = combiner.combine(reading.sentences, [list(each) for each in spans])
    parts: set[Entity] = set()
    discontinuous: set[FragmentedEntity] = set()
    for places, held, entities in zip(tokens, spans, found, strict=True):
        alone = {part for each in entities if not each.discontinuous for part in each.parts}
        parts |= {entity for span, entity in held.items() if span not in alone}
        discontinuous |= {_in_text(each, places) for each in entities if each.discontinuous}
    return Joined(
        prediction.text,
        tuple(each for each in prediction.entities if each not in parts),
        tuple(sorted(discontinuous)),
        prediction.uncovered,
    )


def _inside(entities: Sequence[Entity], tokens: Sequence[Token]) -> dict[Span, Entity]:
    """The entities of whole words among `tokens`, as spans of these."""
    starts = {token.start: index for index, token in enumerate(tokens)}
    ends = {token.end: index for index, token in enumerate(tokens, 1)}
    return {
        Span(starts[each.start], ends[each.end], each.label): each
        for each in sorted(entities, key=lambda one: (one.start, one.end, one.label))
        if each.start in starts and each.end in ends
    }


def _in_text(entity: FragmentedEntity, tokens: Sequence[Token]) -> FragmentedEntity:
    fragments = [(tokens[start].start, tokens[end - 1].end) for start, end in entity.fragments]
    return FragmentedEntity(tuple(fragments), entity.label)
