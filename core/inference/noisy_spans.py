"""Candidates where the noisy spans themselves are typed: Algorithm 2, lines 7 and 8."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from ..diffusion.boundaries import to_half_open
from ..diffusion.sampler import SamplerStep
from ..types import Confidence
from .decoding import Candidate, SeedScored
from .scoring import calibrated, entity_score


class _Proposal(NamedTuple):
    """A noisy span after a step: P^l, P^r and P^c at their argmax."""

    row: int
    place: tuple[int, int]
    left: float
    right: float
    kind: float
    type_id: int
    step: int
    slot: int


def score_noisy_spans(
    history: Sequence[SamplerStep], labels: Sequence[str], min_score: float
) -> list[list[SeedScored]]:
    """Every sentence's candidates that reach `min_score` with any seed, each with its score by
    seed.

    Of spans with identical boundaries, the one with the maximum type probability is kept (section
    4.3), one for each seed of an ensemble; a span whose type is ∅ is none. Entities come from the
    last step, or from all steps if the decoding rules say so.
    """
    decoding, seeds, gamma = history[0].decoding, history[0].seeds, len(history)
    batch, slots = history[0].boundaries.shape[:2]
    best_at: dict[tuple[int, tuple[int, int]], dict[int, _Proposal]] = defaultdict(dict)
    landed: Counter[tuple[int, tuple[int, int], int]] = Counter()
    for proposal in _proposals(history):
        row, place, seed = proposal.row, proposal.place, proposal.slot * seeds // slots
        landed[row, place, proposal.step] += 1
        if proposal.type_id < len(labels) and (decoding.all_steps or proposal.step == gamma):
            rivals = (best_at[row, place].get(seed, proposal), proposal)
            best_at[row, place][seed] = max(rivals, key=lambda rival: rival.kind)
    scored: list[list[SeedScored]] = [[] for _ in range(batch)]
    for (row, place), by_seed in best_at.items():
        scores = [0.0] * seeds
        for seed, proposal in by_seed.items():
            parts = proposal.left, proposal.right, proposal.kind
            scores[seed] = entity_score(*parts, decoding.weights)
        mean = calibrated(sum(scores) / seeds, decoding.calibration)
        scores = [calibrated(score, decoding.calibration) for score in scores]
        if max(scores) < min_score:
            continue
        best = max(by_seed.values(), key=lambda proposal: proposal.kind)
        counts = [landed[row, place, step + 1] for step in range(gamma)]
        stayed = len(list(takewhile(bool, reversed(counts))))
        since, support = gamma - stayed + 1 if stayed else None, sum(counts) / (gamma * slots)
        confidence = Confidence(best.left, best.right, best.kind, since, support)
        candidate = Candidate(*place, labels[best.type_id], mean, best.step, best.slot, confidence)
        scored[row].append((candidate, scores))
    return scored


def _proposals(history: Sequence[SamplerStep]) -> Iterator[_Proposal]:
    """The noisy spans after each step, counted from 1, in order."""
    for number, step in enumerate(history, start=1):
        kinds, types = step.type_probs.max(-1)
        places = to_half_open(step.boundaries)
        columns = (places, step.left_probs, step.right_probs, kinds, types)
        for row, sentence in enumerate(zip(*(part.tolist() for part in columns), strict=True)):
            for slot, (place, *argmax) in enumerate(zip(*sentence, strict=True)):
                left, right, kind, type_id = argmax
                start, end = place
                yield _Proposal(row, (start, end), left, right, kind, type_id, number, slot)
