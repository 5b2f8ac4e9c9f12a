"""Noisy spans to entities: de-duplication, filtering by φ, flat or nested (section 4.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.gathering import distinct
from core.sampler import SamplerStep
from core.types import WordSpan


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity proposed by noisy spans; `start` and `end` are half-open word indices."""

    start: int
    end: int
    label: str
    score: float
    """P^l + P^r + P^c, 0 to 3, where it was surest."""
    step: int
    """The step where it was surest, 1 … γ."""
    slot: int
    """The noisy span where it was surest."""

    @property
    def span(self) -> WordSpan:
        return WordSpan(self.start, self.end, self.label)


def candidates(
    history: Sequence[SamplerStep], labels: Sequence[str], least: float = 0.0
) -> list[list[Candidate]]:
    """Every sentence's distinct proposals over all steps of one batch, best first.

    Each span is scored by its best P^l + P^r over steps and noisy spans, and by its P^c, which
    is the same wherever it was met. Those below `least`, or most probably ∅, are left out.
    """
    spans = distinct(history)
    type_probs, types = spans.type_probs(history[0]).max(-1)
    scores = spans.left_probs + spans.right_probs + type_probs
    kept = ((types < len(labels)) & (scores >= least)).nonzero()[:, 0]
    found: list[list[Candidate]] = [[] for _ in range(len(history[0].words))]
    columns = (spans.rows, spans.words, types, scores, spans.steps, spans.slots)
    for row, (left, right), kind, score, step, slot in zip(
        *(column[kept].tolist() for column in columns), strict=True
    ):
        found[row].append(Candidate(left, right + 1, labels[kind], score, step + 1, slot))
    return [sorted(each, key=lambda one: (-one.score, one.start, one.end)) for each in found]


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
