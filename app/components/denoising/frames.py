"""The frames of an animation, from the steps of a trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.components.denoising import wording
from app.components.denoising.animation import EntityBar, Frame, Pointed
from core.inference.scoring import entity_score
from core.types import Pointers, SentenceStep, Trace

_LEAST = 0.01
_MOST_WORDS = 8
"""Of each pointer at each step: an animation of 100 words and 200 spans stays below a megabyte."""


def sentence_frames(
    trace: Trace, sentence: int, index: Mapping[str, int], entities: Sequence[EntityBar]
) -> list[Frame]:
    """γ + 1 frames; `index` numbers the labels, `entities` are the sentence's."""
    steps = [step.sentences[sentence] for step in trace.steps]
    tokens, gamma, num_spans = trace.sentences[sentence], len(steps), len(steps[0].spans)
    noise = Frame(
        readout=wording.noise_readout(num_spans),
        summary=wording.noise_summary(num_spans),
        at=_positions(steps[0].noisy),
        spans=[],
        labels=[],
        scores=[],
        confident=[],
        probabilities=[],
        renewed=[],
        pointers=[],
    )
    frames = [noise]
    for number, made in enumerate(steps, start=1):
        positions = steps[number].noisy if number < gamma else made.spans
        sure = _confident(made, trace)
        votes = [
            (trace.text[tokens[start].start : tokens[end - 1].end], label or "")
            for (start, end), label, is_sure in zip(made.spans, made.labels, sure, strict=True)
            if is_sure
        ]
        at = _positions(positions)
        banked = [entity["text"] for entity in entities if entity["banked"] == number]
        reached = _reached(made, at, entities) if entities else None
        readout = wording.step_readout(number, gamma, reached, len(made.renewed), banked)
        frames.append(
            Frame(
                readout=readout,
                summary=wording.step_summary(readout, votes),
                at=at,
                spans=list(made.spans),
                labels=[-1 if label is None else index[label] for label in made.labels],
                scores=[span_score(made, slot, trace) for slot in range(num_spans)],
                confident=sure,
                probabilities=_per_mille(made),
                renewed=list(made.renewed),
                pointers=_pointed(made.pointers),
            )
        )
    return frames


def _positions(pairs: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """Rounded to a hundredth of a word; noise may put a right boundary left of its left one."""
    return [(round(min(pair), 2), round(max(pair), 2)) for pair in pairs]


def _reached(
    made: SentenceStep, at: Sequence[tuple[float, float]], entities: Sequence[EntityBar]
) -> wording.Reached:
    """How many spans aim at an entity, and how many are near one."""
    boundaries = {(entity["start"], entity["end"]) for entity in entities}
    close = sum(
        any(abs(start - left) <= 1 and abs(end - right) <= 1 for left, right in boundaries)
        for start, end in at
    )
    return wording.Reached(sum(span in boundaries for span in made.spans), close, len(made.spans))


def span_score(step: SentenceStep, slot: int, trace: Trace) -> float:
    """The score of one noisy span of the trace."""
    probabilities = step.p_left[slot], step.p_right[slot], step.p_type[slot]
    return round(entity_score(*probabilities, trace.weights, trace.calibration), 3)


def _per_mille(step: SentenceStep) -> list[tuple[int, int, int]]:
    columns = (
        [round(1000 * p) for p in column] for column in (step.p_left, step.p_right, step.p_type)
    )
    return list(zip(*columns, strict=True))


def _pointed(pointers: Pointers | None) -> list[Pointed]:
    if pointers is None:
        return []
    return [
        (_likely(left), _likely(right))
        for left, right in zip(pointers.left, pointers.right, strict=True)
    ]


def _likely(row: tuple[float, ...]) -> list[int]:
    """(word, per mille …) of the likely words, the surest first."""
    likely = sorted(((p, word) for word, p in enumerate(row) if p >= _LEAST), reverse=True)
    return [value for p, word in likely[:_MOST_WORDS] for value in (word, round(1000 * p))]


def _confident(step: SentenceStep, trace: Trace) -> list[bool]:
    """Which spans are typed, have their boundaries in order and reach φ."""
    return [
        label is not None
        and start < end
        and entity_score(left, right, kind, trace.weights, trace.calibration) >= trace.threshold
        for (start, end), label, left, right, kind in zip(
            step.spans, step.labels, step.p_left, step.p_right, step.p_type, strict=True
        )
    ]
