"""Join the fragments in a pipeline's prediction for a document.

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
class JoinedPrediction:
    """A prediction with its fragments joined; all offsets are code points."""

    text: str
    entities: tuple[Entity, ...]
    """The entities of a single fragment."""
    discontinuous: tuple[FragmentedEntity, ...]
    uncovered: tuple[Token, ...] = ()


def join(pipeline: Pipeline, combiner: Combiner, prediction: Prediction) -> JoinedPrediction:
    """Join the entities of a prediction of `pipeline`, sentence by sentence.

    Each sentence with entities is encoded once more.
    """
    windowed = pipeline.read(prediction.text)
    tokens = [windowed.tokens_of(window) for window in windowed.windows]
    spans = [_entities_by_span(prediction.entities, sentence_tokens) for sentence_tokens in tokens]
    combined = combiner.combine(
        windowed.sentences, [list(sentence_spans) for sentence_spans in spans]
    )
    replaced: set[Entity] = set()
    discontinuous: set[FragmentedEntity] = set()
    for places, entity_by_span, entities in zip(tokens, spans, combined, strict=True):
        single = {part for entity in entities if not entity.discontinuous for part in entity.parts}
        replaced |= {entity for span, entity in entity_by_span.items() if span not in single}
        discontinuous |= {
            _to_code_points(entity, places) for entity in entities if entity.discontinuous
        }
    return JoinedPrediction(
        prediction.text,
        tuple(entity for entity in prediction.entities if entity not in replaced),
        tuple(sorted(discontinuous)),
        prediction.uncovered,
    )


def _entities_by_span(entities: Sequence[Entity], tokens: Sequence[Token]) -> dict[Span, Entity]:
    """The entities made of whole words of `tokens`, by their span."""
    starts = {token.start: index for index, token in enumerate(tokens)}
    ends = {token.end: index for index, token in enumerate(tokens, 1)}
    return {
        Span(starts[entity.start], ends[entity.end], entity.label): entity
        for entity in sorted(entities, key=lambda entity: entity.key)
        if entity.start in starts and entity.end in ends
    }


def _to_code_points(entity: FragmentedEntity, tokens: Sequence[Token]) -> FragmentedEntity:
    fragments = [(tokens[start].start, tokens[end - 1].end) for start, end in entity.fragments]
    return FragmentedEntity(tuple(fragments), entity.label)
