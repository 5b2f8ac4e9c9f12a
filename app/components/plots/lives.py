"""The lives of the noisy spans: a path ends where its span starts again from noise."""

from __future__ import annotations

from dataclasses import dataclass

from app.components.denoising.animation import EntityBar, Payload


@dataclass(frozen=True, slots=True)
class Life:
    """One noisy span from one noise to the place it reached."""

    slot: int
    first: int
    """The frame it begins in."""
    centres: tuple[float, ...]
    """In words, a value a frame."""
    entity: EntityBar | None
    """The one whose place it reached with a type, if that was kept."""

    @property
    def last(self) -> int:
        return self.first + len(self.centres) - 1


def lives(payload: Payload) -> list[Life]:
    """All lives of all noisy spans, those of one span in order."""
    frames = payload["frames"]
    found = []
    for slot in range(len(frames[0]["at"])):
        begins = [0, *(i for i, frame in enumerate(frames) if slot in frame["renewed"])]
        ends = [*begins[1:], len(frames) - 1]
        found += [
            _life(payload, slot, a, b) for a, b in zip(begins, ends, strict=True) if a < b or a == 0
        ]
    return found


def _life(payload: Payload, slot: int, begin: int, end: int) -> Life:
    frames = payload["frames"]
    positions = [frame["at"][slot] for frame in frames[begin:end]]
    made = frames[end]
    reached = made["spans"][slot]
    centres = [sum(position) / 2 for position in (*positions, reached)]
    typed = made["labels"][slot] >= 0
    at_home = (e for e in payload["entities"] if typed and (e["start"], e["end"]) == reached)
    return Life(slot, begin, tuple(centres), next(at_home, None))
