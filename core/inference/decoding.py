"""Noisy spans to entities: de-duplication, filtering by φ, flat or nested (section 4.3).

N distinct spans of a batch, E seeds, γ steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from torch import Tensor

from ..diffusion.sampler import SamplerStep
from ..overlaps import clash
from ..types import Confidence, Span
from .candidates import Distinct, distinct
from .constraints import Constraints
from .ensemble import agreements
from .scoring import WEIGHTS, weighted_sum

FIXED_SCORE = 1.0
"""A person's word is as sure as can be."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that noisy spans proposed, as their boundaries or as likely ones beside them;
    `start` and `end` are half-open word indices."""

    start: int
    end: int
    label: str
    score: float
    """(½ P^l + ½ P^r + 2 P^c) / 3, 0 to 1, where it was surest; an ensemble's is the mean of that
    over its seeds, 0 for those that never proposed it."""
    step: int
    """The step where it was surest, 1 … γ."""
    slot: int
    """The noisy span where it was surest."""
    confidence: Confidence | None = None
    """None where a person fixed it: no model was asked."""
    fixed: bool = False

    @property
    def span(self) -> Span:
        return Span(self.start, self.end, self.label)


_Scored = tuple[Candidate, list[float]]
"""A proposal, and its score with each seed alone."""


def candidates(
    history: Sequence[SamplerStep],
    labels: Sequence[str],
    least: float = 0.0,
    constraints: Sequence[Constraints] | None = None,
    threshold: float = 0.0,
) -> list[list[Candidate]]:
    """Every sentence's distinct proposals over all steps of one batch, best first.

    Each span is scored by its best P^l + P^r over steps and noisy spans, and by its P^c, which
    is the same wherever it was proposed. Those most probably ∅ or below `least` are left out. For
    the agreement of an ensemble's seeds, each says what reaches `threshold` with it alone.
    """
    found = _scored(history, labels, least)
    rules = [Constraints()] * len(found) if constraints is None else constraints
    free = [_undecided(each, rule) for each, rule in zip(found, rules, strict=True)]
    if history[0].seeds > 1:
        free = [_agreed(each, threshold) for each in free]
    return [
        [*_fixed(rule), *(one for one, _ in each if one.score >= least)]
        for each, rule in zip(free, rules, strict=True)
    ]


def alone(
    history: Sequence[SamplerStep], labels: Sequence[str], threshold: float, flat: bool = False
) -> list[list[list[Candidate]]]:
    """What each seed of an ensemble says of each sentence without the others: what it proposed,
    reaches φ with it and clashes with nothing better. One item a seed, then a sentence."""
    found = _scored(history, labels, threshold)
    answers = []
    for seed in range(history[0].seeds):
        own = [
            [replace(each, score=scores[seed]) for each, scores in row if scores[seed]]
            for row in found
        ]
        ranked = [sorted(row, key=lambda each: -each.score) for row in own]
        answers.append([select(row, threshold, flat) for row in ranked])
    return answers


def _scored(
    history: Sequence[SamplerStep], labels: Sequence[str], least: float
) -> list[list[_Scored]]:
    """Every sentence's distinct proposals that reach `least` with any seed, each with its score
    by seed."""
    spans = distinct(history)
    type_probs, types = spans.type_probs(history[0]).max(-1)
    halves = spans.by_seed / 2  # stands for a seed's P^l as for its P^r
    seed_sums = weighted_sum(halves, halves, type_probs[:, None]) * (spans.by_seed > 0)
    kept = ((types < len(labels)) & (seed_sums.amax(1) >= least * WEIGHTS)).nonzero()[:, 0]
    spans = spans.take(kept)
    types, type_probs, seed_sums = types[kept], type_probs[kept], seed_sums[kept]
    sums = seed_sums.mean(1)
    sure = _confidences(spans, type_probs, history[0].words.shape[1])
    found: list[list[_Scored]] = [[] for _ in range(len(history[0].words))]
    columns = (spans.rows, spans.words, types, sums, spans.steps, spans.slots, seed_sums)
    rows = zip(*(column.tolist() for column in columns), sure, strict=True)
    for row, (left, right), kind, total, step, slot, alone, one in rows:
        each = Candidate(left, right + 1, labels[kind], total / WEIGHTS, step + 1, slot, one)
        found[row].append((each, [seed_sum / WEIGHTS for seed_sum in alone]))
    return found


def _confidences(spans: Distinct, type_probs: Tensor, num_spans: int) -> list[Confidence]:
    gamma = spans.landed.shape[1]
    run = (spans.landed > 0).flip(1).long().cumprod(1).sum(1).tolist()  # steps there, up to the end
    support = (spans.landed.sum(1) / (gamma * num_spans)).tolist()
    probs = (spans.left_probs.tolist(), spans.right_probs.tolist(), type_probs.tolist())
    since = [gamma - steps + 1 if steps else None for steps in run]
    return [Confidence(*each) for each in zip(*probs, since, support, strict=True)]


def _fixed(rule: Constraints) -> list[Candidate]:
    """Each once, in the first slot that holds it."""
    return [
        Candidate(
            span.start, span.end, span.label, FIXED_SCORE, 1, rule.fixed.index(span), fixed=True
        )
        for span in dict.fromkeys(rule.fixed)
    ]


def _undecided(found: list[_Scored], rule: Constraints) -> list[_Scored]:
    """Best first, without the model's own word on what a person decided."""
    places, refused = {(span.start, span.end) for span in rule.fixed}, set(rule.suppressed)
    free = [
        (each, alone)
        for each, alone in found
        if (each.start, each.end) not in places and each.span not in refused
    ]
    return sorted(free, key=lambda one: (-one[0].score, one[0].start, one[0].end))


def _agreed(found: list[_Scored], threshold: float) -> list[_Scored]:
    """The same with the agreement of the seeds on each."""
    said = agreements([each.span for each, _ in found], [alone for _, alone in found], threshold)
    return [
        (
            replace(each, confidence=each.confidence and replace(each.confidence, agreement=one)),
            alone,
        )
        for (each, alone), one in zip(found, said, strict=True)
    ]


def select(found: Iterable[Candidate], threshold: float, flat: bool) -> list[Candidate]:
    """Those that reach φ and clash with no better one, in text order. What a person fixed
    clashes with nothing."""
    clashes = clash(flat)
    kept: list[Candidate] = []
    for each in found:
        if each.score < threshold:
            continue
        if each.fixed or not any(clashes(each, other) for other in kept):
            kept.append(each)
    return sorted(kept, key=lambda each: (each.start, -each.end))
