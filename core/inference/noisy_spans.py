"""Candidates where the noisy spans themselves are typed: Algorithm 2, lines 7 and 8.

B sentences, K spans of each of E seeds, γ steps.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from ..diffusion.boundaries import to_half_open
from ..diffusion.sampler import SamplerStep
from ..types import Confidence
from .decoding import Candidate, SeedScored
from .scoring import entity_score

_Place = tuple[int, int, int]
"""A sentence of the batch, and the start and end of a span of it."""


class _Proposal(NamedTuple):
    """A noisy span after a step: argmax P^l, argmax P^r and argmax P^c, with their
    probabilities."""

    kind: float
    left: float
    right: float
    step: int
    slot: int
    type_id: int


def score_noisy_spans(
    history: Sequence[SamplerStep], labels: Sequence[str], min_score: float
) -> list[list[SeedScored]]:
    """Every sentence's candidates that reach `min_score` with any seed, each with its score by
    seed.

    Of spans with identical boundaries, the one with the maximum type probability is kept (section
    4.3); a span whose type is ∅ is none. Entities come from the last step, or from all steps if
    the decoding rules say so. An ensemble keeps one for each seed and scores their mean.
    """
    weights, seeds = history[0].decoding.weights, history[0].seeds
    slots = history[0].boundaries.shape[1]
    best: dict[_Place, dict[int, _Proposal]] = defaultdict(dict)
    landed: Counter[tuple[_Place, int]] = Counter()
    for place, proposal in _proposals(history):
        landed[place, proposal.step] += 1
        if proposal.type_id == len(labels):
            continue
        if proposal.step < len(history) and not history[0].decoding.all_steps:
            continue
        seed = (proposal.slot * seeds) // slots
        known = best[place].get(seed)
        if known is None or proposal.kind > known.kind:
            best[place][seed] = proposal
    scored: list[list[SeedScored]] = [[] for _ in history[0].boundaries]
    for (row, start, end), by_seed in best.items():
        scores = [0.0] * seeds
        for seed, proposal in by_seed.items():
            scores[seed] = entity_score(proposal.left, proposal.right, proposal.kind, weights)
        if max(scores) < min_score:
            continue
        chosen = max(by_seed.values(), key=lambda proposal: proposal.kind)
        counts = [landed[(row, start, end), step + 1] for step in range(len(history))]
        stay = len(list(takewhile(bool, reversed(counts))))
        confidence = Confidence(
            chosen.left,
            chosen.right,
            chosen.kind,
            len(history) - stay + 1 if stay else None,
            sum(counts) / (len(history) * slots),
        )
        label, score = labels[chosen.type_id], sum(scores) / seeds
        candidate = Candidate(start, end, label, score, chosen.step, chosen.slot, confidence)
        scored[row].append((candidate, scores))
    return scored


def _proposals(history: Sequence[SamplerStep]) -> Iterator[tuple[_Place, _Proposal]]:
    """The proposals of all steps, counted from 1, in order."""
    for number, step in enumerate(history, start=1):
        kinds, types = step.type_probs.max(-1)
        places = to_half_open(step.boundaries)
        columns = (places, kinds, step.left_probs, step.right_probs, types)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        for row, sentence in enumerate(rows):
            for slot, (place, kind, left, right, type_id) in enumerate(zip(*sentence, strict=True)):
                yield (row, *place), _Proposal(kind, left, right, number, slot, type_id)
