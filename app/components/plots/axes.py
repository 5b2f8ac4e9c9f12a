"""The axes that the pictures of an animation share: words from left to right, steps downwards."""

from __future__ import annotations

from app.components.denoising.animation import Frame, Payload
from app.components.plots.style import Figure, axis, plain, short, thin

_MOST_WORDS = 26
_MOST_STEPS = 10


def word_axis(payload: Payload) -> Figure:
    """Every word of a short sentence; of a long one the entities' words and some between."""
    words = payload["words"]
    shown = list(range(len(words)))
    if len(words) > _MOST_WORDS:
        named = {i for e in payload["entities"] for i in range(e["start"], e["end"])}
        if len(named) > _MOST_WORDS:
            named = {e["start"] for e in payload["entities"]}
        every = -(-len(words) // _MOST_WORDS)
        neighbours = {i + d for i in named for d in range(1 - every, every)}
        shown = thin(sorted(named | (set(range(0, len(words), every)) - neighbours)), _MOST_WORDS)
    return axis({i + 0.5: plain(short(words[i], 14)) for i in shown}) | {
        "range": [-0.2, len(words) + 0.2],
        "tickangle": 0 if len(words) <= 8 else -45,
    }


def time_axis(frames: list[Frame], bottom: float) -> Figure:
    return axis(step_ticks(range(len(frames))), grid=True) | {"range": [bottom, -0.1]}


def step_ticks(frames: range) -> dict[float, str]:
    """The names of some frames; 0 is the noise."""
    shown = thin(list(frames), _MOST_STEPS)
    return {i: "noise" if i == 0 else f"step {i}" for i in shown}
