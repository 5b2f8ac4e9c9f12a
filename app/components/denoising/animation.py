"""The shapes of an animation: one sentence's trace as compact JSON.

Frame 0 is the noise x_T. Frame i shows what step i left behind: the noisy spans at
x_{t_prev} and the clean spans, types and probabilities it predicted. After the last step
nothing is noisy any more, so frame γ has every span at its predicted place. The entities
that decoding kept close the animation.
"""

from __future__ import annotations

from typing import TypedDict


class LabelColour(TypedDict):
    name: str
    color: str


Pointed = tuple[list[int], list[int]]
"""P^l and P^r of one noisy span, each as (word, per mille, word, per mille …), the surest first;
words below one per cent are left out."""


class Frame(TypedDict):
    """All K noisy spans at one moment; in frame 0 every list but `at` is empty."""

    readout: str
    """The step in one line."""
    summary: str
    """The same with the places agreed on, read aloud."""
    at: list[tuple[float, float]]
    """Continuous word offsets of the noisy spans, smaller one first."""
    spans: list[tuple[int, int]]
    """The predicted clean spans, in words, end exclusive."""
    labels: list[int]
    """Indices into the payload's labels, -1 for ∅."""
    scores: list[float]
    """(½ P^l + ½ P^r + 2 P^c) / 3, or with the weights of the trace, calibrated as it says."""
    confident: list[bool]
    """Typed and at or above φ."""
    probabilities: list[tuple[int, int, int]]
    """P^l, P^r and P^c, per mille."""
    renewed: list[int]
    """The noisy spans that started again from noise after this step: `at` is where."""
    pointers: list[Pointed]
    """Empty where the trace was not asked for them."""


class EntityBar(TypedDict):
    """An entity that decoding kept."""

    start: int
    end: int
    """Words of the sentence, end exclusive."""
    offsets: tuple[int, int]
    """Code points of the document, end exclusive."""
    text: str
    label: int
    score: float | None
    """None where the model gives none, as of what a person fixed."""
    row: int
    """0 lies nearest to the words; entities that overlap have different rows."""
    slot: int
    """The noisy span that stands for it: the one that proposed it most surely, as long as that or
    no other is there in the end."""
    step: int
    """The step, 1 … γ, where it was proposed most surely."""
    banked: int
    """The step, 1 … γ, since which its score has reached φ."""
    scores: list[float]
    """Its score after each step, of what was proposed until then."""
    surest: int
    """The noisy span that proposed it there, as its boundaries or as likely ones beside them."""
    collapsed: list[int]
    """The noisy spans that ended on the same boundaries with a type of their own."""


class Payload(TypedDict):
    """One sentence, ready for `json.dumps`."""

    id: str
    """Names the animation by all that is in it."""
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
    """φ."""


class OverviewRow(TypedDict):
    """A sentence of the document, or a part of a long one."""

    index: int
    """The sentence's number, from 0."""
    payload: Payload
