"""A sentence's trace as the compact JSON that the denoising view and the plots draw.

Frame 0 is the noise x_T. Frame i shows what step i left behind: the noisy spans at
x_{t_prev} and the clean spans, types and probabilities it predicted. After the last step
nothing is noisy any more, so frame γ has every span at its predicted place. The entities
that decoding kept close the film.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from app.components.denoising import wording
from app.components.denoising.stacking import rows
from core.types import Entity, SentenceStep, Token, Trace

NEUTRAL = "#8a8f98"
"""The colour of a label that the project does not have."""
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class LabelColour(TypedDict):
    name: str
    color: str


class Frame(TypedDict):
    """All K noisy spans at one moment; the last four lists are empty in frame 0."""

    readout: str
    summary: str
    at: list[tuple[float, float]]
    """Continuous word offsets of the noisy spans, smaller one first."""
    spans: list[tuple[int, int]]
    """The predicted clean spans, in words, end exclusive."""
    labels: list[int]
    """Indices into the payload's labels, -1 for ∅."""
    scores: list[float]
    """(P^l + P^r + P^c) / 3."""
    confident: list[bool]
    """Typed and at or above φ."""


class EntityBar(TypedDict):
    """An entity that decoding kept."""

    start: int
    end: int
    """Words of the sentence, end exclusive."""
    offsets: tuple[int, int]
    """Code points of the document, end exclusive."""
    text: str
    label: int
    score: float
    row: int
    """0 lies nearest to the words; entities that overlap have different rows."""
    slot: int
    """The noisy span it was decoded from."""
    collapsed: list[int]
    """The noisy spans that ended on the same boundaries with a type of their own."""


class Payload(TypedDict):
    """One sentence, ready for `json.dumps`."""

    words: list[str]
    gaps: list[str]
    """The raw text after each word, up to the next word of the sentence."""
    labels: list[LabelColour]
    frames: list[Frame]
    """γ + 1 of them."""
    entities: list[EntityBar]
    readout: str
    summary: str
    """What is said and read aloud when the entities stand."""
    threshold: float
    """φ / 3, on the scale of the scores."""


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
    for sentence, _ in trace.kept:
        counts[sentence] += 1
    return tuple(
        SentenceChoice(index, trace.text[tokens[0].start : tokens[-1].end], counts[index])
        for index, tokens in enumerate(trace.sentences)
        if tokens
    )


def sentence_payload(trace: Trace, sentence: int, colours: Mapping[str, str]) -> Payload:
    """The film of one sentence; `colours` maps label names to #rrggbb.

    Raises IndexError for a sentence the trace does not have, ValueError for another kind
    of colour.
    """
    if not 0 <= sentence < len(trace.sentences):
        raise IndexError(
            f"the trace has {len(trace.sentences)} sentences, got number {sentence}; "
            "take one of sentence_choices(trace)"
        )
    tokens = trace.sentences[sentence]
    steps = [step.sentences[sentence] for step in trace.steps]
    labels = _labels(trace, steps, colours)
    index = {label["name"]: i for i, label in enumerate(labels)}
    entities = [
        _entity(trace, entity, slot, tokens, steps[-1], index)
        for entity, (owner, slot) in zip(trace.entities, trace.kept, strict=True)
        if owner == sentence
    ]
    for entity, row in zip(entities, rows([(e["start"], e["end"]) for e in entities]), strict=True):
        entity["row"] = row
    num_spans = len(steps[0].spans) if steps else 0
    named = [
        (e["text"], labels[e["label"]]["name"], e["score"], len(e["collapsed"])) for e in entities
    ]
    return Payload(
        words=[trace.text[token.start : token.end] for token in tokens],
        gaps=_gaps(trace.text, tokens),
        labels=labels,
        frames=_frames(trace, sentence, index),
        entities=entities,
        readout=wording.entities_readout(len(entities), num_spans),
        summary=wording.entities_summary(named, num_spans),
        threshold=round(trace.threshold / 3, 3),
    )


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


def _frames(trace: Trace, sentence: int, index: Mapping[str, int]) -> list[Frame]:
    steps = [step.sentences[sentence] for step in trace.steps]
    if not steps:
        return []
    tokens, gamma, num_spans = trace.sentences[sentence], len(steps), len(steps[0].spans)
    noise = Frame(
        readout=wording.noise_readout(gamma, trace.steps[0].t, num_spans),
        summary=wording.noise_summary(num_spans),
        at=_places(steps[0].noisy),
        spans=[],
        labels=[],
        scores=[],
        confident=[],
    )
    frames = [noise]
    for number, (step, made) in enumerate(zip(trace.steps, steps, strict=True), start=1):
        places = steps[number].noisy if number < gamma else made.spans
        sure = [
            label is not None and sum(p) >= trace.threshold
            for label, *p in zip(made.labels, made.p_left, made.p_right, made.p_type, strict=True)
        ]
        votes = [
            (_words(trace.text, tokens, span), label or "")
            for span, label, is_sure in zip(made.spans, made.labels, sure, strict=True)
            if is_sure
        ]
        readout = wording.step_readout(number, gamma, step.t_prev, sum(sure), num_spans)
        frames.append(
            Frame(
                readout=readout,
                summary=wording.step_summary(readout, votes),
                at=_places(places),
                spans=list(made.spans),
                labels=[-1 if label is None else index[label] for label in made.labels],
                scores=[_score(made, slot) for slot in range(num_spans)],
                confident=sure,
            )
        )
    return frames


def _entity(
    trace: Trace,
    entity: Entity,
    slot: int,
    tokens: tuple[Token, ...],
    last: SentenceStep,
    index: Mapping[str, int],
) -> EntityBar:
    inside = [
        i for i, token in enumerate(tokens) if token.start < entity.end and entity.start < token.end
    ]
    start, end = inside[0], inside[-1] + 1
    return EntityBar(
        start=start,
        end=end,
        offsets=(entity.start, entity.end),
        text=trace.text[entity.start : entity.end],
        label=index[entity.label],
        score=_score(last, slot),
        row=0,
        slot=slot,
        collapsed=[
            k
            for k, (span, label) in enumerate(zip(last.spans, last.labels, strict=True))
            if span == (start, end) and label is not None
        ],
    )


def _places(pairs: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """Rounded to a hundredth of a word; noise may put a right boundary left of its left one."""
    return [(round(min(pair), 2), round(max(pair), 2)) for pair in pairs]


def _score(step: SentenceStep, slot: int) -> float:
    return round((step.p_left[slot] + step.p_right[slot] + step.p_type[slot]) / 3, 3)


def _words(text: str, tokens: tuple[Token, ...], span: tuple[int, int]) -> str:
    return text[tokens[span[0]].start : tokens[span[1] - 1].end]
