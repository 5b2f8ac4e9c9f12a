"""From a trace to the animation of one sentence, and the choice of sentences to offer."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from app.components.denoising import wording
from app.components.denoising.animation import EntityBar, Frame, LabelColour, Payload
from app.components.denoising.frames import sentence_frames, span_score
from app.components.denoising.stacking import rows
from core.overlaps import overlap
from core.types import Entity, Origin, SentenceStep, Token, Trace

NEUTRAL = "#8a8f98"
"""The colour of a label that the project does not have."""
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class SentenceChoice:
    """A sentence that can be chosen for the view."""

    index: int
    text: str
    entities: int

    @property
    def title(self) -> str:
        return wording.choice(self.index, self.text, self.entities)


def sentence_choices(trace: Trace) -> tuple[SentenceChoice, ...]:
    """Every sentence with words, with the number of entities decoded from it."""
    counts = [0] * len(trace.sentences)
    for origin in filter(None, trace.kept):
        counts[origin.sentence] += 1
    return tuple(
        SentenceChoice(index, trace.text[tokens[0].start : tokens[-1].end], counts[index])
        for index, tokens in enumerate(trace.sentences)
        if tokens
    )


def sentence_payload(trace: Trace, sentence: int, colours: Mapping[str, str]) -> Payload:
    """The animation of one sentence; `colours` maps label names to #rrggbb.

    Raises IndexError for a sentence the trace does not have, ValueError for another kind
    of colour or a trace without steps.
    """
    if not 0 <= sentence < len(trace.sentences):
        raise IndexError(
            f"the trace has {len(trace.sentences)} sentences, got number {sentence}; "
            "take one of sentence_choices(trace)"
        )
    if not trace.steps:
        raise ValueError("the trace has no steps; let the sampler take at least one")
    tokens = trace.sentences[sentence]
    steps = [step.sentences[sentence] for step in trace.steps]
    labels = _labels(trace, steps, colours)
    index = {label["name"]: i for i, label in enumerate(labels)}
    entities = [
        _entity(trace, entity, origin, scores, sentence, index)
        for entity, origin, scores in zip(trace.entities, trace.kept, trace.scores, strict=True)
        if origin is not None and origin.sentence == sentence
    ]
    for entity, row in zip(entities, rows([(e["start"], e["end"]) for e in entities]), strict=True):
        entity["row"] = row
    num_spans = len(steps[0].spans)
    named = [
        (e["text"], labels[e["label"]]["name"], e["score"], len(e["collapsed"])) for e in entities
    ]
    payload = Payload(
        id="",
        words=[trace.text[token.start : token.end] for token in tokens],
        gaps=_gaps(trace.text, tokens),
        labels=labels,
        frames=sentence_frames(trace, sentence, index, entities),
        entities=entities,
        readout=wording.entities_readout(len(entities), num_spans),
        summary=wording.entities_summary(named, num_spans),
        threshold=round(trace.threshold, 3),
    )
    encoded = json.dumps(payload).encode()
    payload["id"] = hashlib.blake2b(encoded, digest_size=8).hexdigest()
    return payload


def light(payload: Payload) -> Payload:
    """The same animation without what only the inspector and the pictures need."""
    light_frames: list[Frame] = [
        {**frame, "probabilities": [], "pointers": [], "confident": []}
        for frame in payload["frames"]
    ]
    return {**payload, "frames": light_frames}


def _labels(
    trace: Trace, steps: list[SentenceStep], colours: Mapping[str, str]
) -> list[LabelColour]:
    for name, colour in colours.items():
        if not _COLOUR.fullmatch(colour):
            raise ValueError(
                f"label {name!r} has the colour {colour!r}; write it as #rrggbb, like #e4572e"
            )
    met = {label for step in steps for label in step.labels if label is not None}
    met |= {entity.label for entity in trace.entities}
    return [
        LabelColour(name=name, color=colours.get(name, NEUTRAL))
        for name in [*colours, *sorted(met - set(colours))]
    ]


def _gaps(text: str, tokens: tuple[Token, ...]) -> list[str]:
    following = [token.start for token in tokens[1:]] + [tokens[-1].end] if tokens else []
    return [text[token.end : start] for token, start in zip(tokens, following, strict=True)]


def _entity(
    trace: Trace,
    entity: Entity,
    origin: Origin,
    scores: Sequence[float],
    sentence: int,
    index: Mapping[str, int],
) -> EntityBar:
    tokens, last = trace.sentences[sentence], trace.steps[-1].sentences[sentence]
    inside = [i for i, token in enumerate(tokens) if overlap(token, entity)]
    start, end = inside[0], inside[-1] + 1
    collapsed = [
        k
        for k, (span, label) in enumerate(zip(last.spans, last.labels, strict=True))
        if span == (start, end) and label is not None
    ]
    surest = max(collapsed, key=lambda slot: span_score(last, slot, trace), default=origin.slot)
    return EntityBar(
        start=start,
        end=end,
        offsets=(entity.start, entity.end),
        text=trace.text[entity.start : entity.end],
        label=index[entity.label],
        score=None if entity.score is None else round(entity.score, 3),
        row=0,
        slot=origin.slot if origin.slot in collapsed else surest,
        step=origin.step,
        banked=_banked(scores, trace.threshold),
        scores=[round(score, 3) for score in scores],
        surest=origin.slot,
        collapsed=collapsed,
    )


def _banked(scores: Sequence[float], threshold: float) -> int:
    """The step since which the score has reached φ; the last one where it did so only in decoding,
    as a person's fixed entity may."""
    passed = len(list(takewhile(lambda score: score >= threshold, reversed(scores))))
    return min(len(scores), len(scores) - passed + 1)
