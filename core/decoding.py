"""Noisy spans to entities: de-duplication, filtering by φ, flat or nested (section 4.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.sampler import SamplerStep
from core.types import WordSpan


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity proposed by one noisy span; `start` and `end` are half-open word indices."""

    start: int
    end: int
    label: str
    score: float
    """P^l + P^r + P^c, 0 to 3."""
    type_prob: float
    slot: int
    """Which of the K noisy spans it came from."""

    @property
    def span(self) -> WordSpan:
        return WordSpan(self.start, self.end, self.label)


def candidates(step: SamplerStep, labels: Sequence[str]) -> list[list[Candidate]]:
    """Every sentence's distinct proposals, best first. Of spans with the same boundaries the
    one with the highest type probability stays, then the highest score."""
    type_probs, types = step.type_probs.max(-1)
    scores = (step.left_probs + step.right_probs + type_probs).tolist()
    proposals = zip(step.words.tolist(), types.tolist(), type_probs.tolist(), scores, strict=True)
    return [_distinct(*proposal, labels) for proposal in proposals]


def _distinct(
    words: list[list[int]],
    types: list[int],
    type_probs: list[float],
    scores: list[float],
    labels: Sequence[str],
) -> list[Candidate]:
    best: dict[tuple[int, int], Candidate] = {}
    for slot, (left, right) in enumerate(words):
        if types[slot] == len(labels):
            continue
        label = labels[types[slot]]
        found = Candidate(left, right + 1, label, scores[slot], type_probs[slot], slot)
        held = best.get((left, right))
        if held is None or (found.type_prob, found.score) > (held.type_prob, held.score):
            best[left, right] = found
    return sorted(best.values(), key=lambda each: (-each.score, each.start, each.end))


def select(found: Iterable[Candidate], threshold: float, flat: bool) -> list[Candidate]:
    """Those that reach φ, in text order; `flat` drops what overlaps a better one."""
    kept: list[Candidate] = []
    for each in found:
        if each.score < threshold:
            continue
        if flat and any(each.start < other.end and other.start < each.end for other in kept):
            continue
        kept.append(each)
    return sorted(kept, key=lambda each: (each.start, -each.end))
