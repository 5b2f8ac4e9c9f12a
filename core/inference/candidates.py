"""Propose: sentences in, scored candidates of all denoising steps out, before φ is applied.

N distinct spans of a batch, E seeds, γ steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from ..diffusion.boundaries import to_half_open
from ..diffusion.constraints import Constraints
from ..diffusion.sampler import SamplerStep, denoise
from ..modeling.model import DiffusionNER
from ..types import Confidence, SamplerSettings
from .decoding import FIXED_SCORE, Candidate, SeedScored, select
from .distinct_spans import DistinctSpans, distinct_spans
from .ensemble import agreements
from .noisy_spans import score_noisy_spans
from .recent_states import RecentStates
from .scoring import WEIGHTS, public_score, uncalibrated, weighted_sum


def threshold_of(model: DiffusionNER, settings: SamplerSettings) -> float:
    """The φ of the settings, else the one tuned with the model."""
    return model.config.phi(settings.flat) if settings.threshold is None else settings.threshold


def propose(
    model: DiffusionNER,
    sentences: Sequence[Sequence[str]],
    settings: SamplerSettings,
    min_score: float = 0.0,
    constraints: Sequence[Constraints] | None = None,
    recent_states: RecentStates | None = None,
) -> list[list[Candidate]]:
    """Every sentence's distinct proposals over all denoising steps, best first, without those that
    score below `min_score`. `constraints` has one item for each sentence; `recent_states` of this
    model keeps what is encoded."""
    by_sentence: list[list[Candidate]] = [[] for _ in sentences]
    threshold = threshold_of(model, settings)
    for rows in model.inference_batches(sentences):
        rules = None if constraints is None else [constraints[row] for row in rows]
        batch = [sentences[row] for row in rows]
        encoded = None if recent_states is None else recent_states.encode(batch)
        history = list(denoise(model, batch, settings, rules, encoded))
        batch_candidates = candidates(history, model.config.labels, min_score, rules, threshold)
        for row, sentence_candidates in zip(rows, batch_candidates, strict=True):
            by_sentence[row] = sentence_candidates
    return by_sentence


def candidates(
    history: Sequence[SamplerStep],
    labels: Sequence[str],
    min_score: float = 0.0,
    constraints: Sequence[Constraints] | None = None,
    threshold: float = 0.0,
) -> list[list[Candidate]]:
    """Every sentence's distinct proposals over all steps of one batch, best first.

    Each span is scored by its best P^l + P^r over steps and noisy spans, and by its P^c, which
    is the same wherever it was proposed. Spans that are most probably ∅ or score below `min_score`
    are left out. An ensemble's agreement compares what reaches `threshold` with each seed alone.
    """
    scored = _score_candidates(history, labels, min_score)
    rules = [Constraints()] * len(scored) if constraints is None else constraints
    undecided = [
        _drop_decided(sentence, rule) for sentence, rule in zip(scored, rules, strict=True)
    ]
    if history[0].seeds > 1:
        undecided = [_with_agreement(sentence, threshold) for sentence in undecided]
    return [
        [
            *_fixed_candidates(rule),
            *(candidate for candidate, _ in sentence if candidate.score >= min_score),
        ]
        for sentence, rule in zip(undecided, rules, strict=True)
    ]


def candidates_by_seed(
    history: Sequence[SamplerStep], labels: Sequence[str], threshold: float, flat: bool = False
) -> list[list[list[Candidate]]]:
    """Decode each seed of an ensemble separately: its own proposals that reach φ and conflict with
    no better one. Indexed by seed, then by sentence."""
    scored = _score_candidates(history, labels, threshold)
    selected = []
    for seed in range(history[0].seeds):
        by_sentence = [
            [replace(candidate, score=scores[seed]) for candidate, scores in row if scores[seed]]
            for row in scored
        ]
        ranked = [sorted(row, key=lambda candidate: -candidate.score) for row in by_sentence]
        selected.append([select(row, threshold, flat) for row in ranked])
    return selected


def _score_candidates(
    history: Sequence[SamplerStep], labels: Sequence[str], min_score: float
) -> list[list[SeedScored]]:
    """Score every sentence's distinct proposals and keep those that reach `min_score` with any
    seed, or nearly, each with its score by seed."""
    if history[0].noisy_type_probs is not None:
        return score_noisy_spans(history, labels, min_score)
    spans = distinct_spans(history)
    type_probs, types = spans.type_probs.max(-1)
    mean_boundary_probs = spans.by_seed / 2  # stands for a seed's P^l as for its P^r
    weights, calibration = history[0].decoding.weights, history[0].decoding.calibration
    seed_sums = weighted_sum(
        mean_boundary_probs, mean_boundary_probs, type_probs[:, None], weights
    ) * (spans.by_seed > 0)
    least_sum = uncalibrated(min_score, calibration) * WEIGHTS * _LENIENCE
    mask = ((types < len(labels)) & (seed_sums.amax(1) >= least_sum)).nonzero()[:, 0]
    gamma, num_spans = len(history), history[0].boundaries.shape[1]
    support = spans.counts_by_step.sum(1) / (gamma * num_spans)
    probs = (spans.left_probs, spans.right_probs, type_probs, support, seed_sums.mean(1))
    fractions = torch.cat([torch.stack(probs, 1), seed_sums], 1)
    rows = _to_host(spans.take(mask), types[mask], fractions[mask])
    scored: list[list[SeedScored]] = [[] for _ in range(len(history[0].boundaries))]
    for row in rows:
        sentence, start, end, type_id, step, slot, run = map(int, row[:_INTEGERS])
        left, right, type_prob, share, total, *sums = row[_INTEGERS:]
        since = gamma - run + 1 if run else None
        confidence = Confidence(left, right, type_prob, since, share)
        score = public_score(total, calibration)
        candidate = Candidate(start, end, labels[type_id], score, step + 1, slot, confidence)
        seed_scores = [public_score(seed_sum, calibration) for seed_sum in sums]
        scored[sentence].append((candidate, seed_scores))
    return scored


_LENIENCE = 1 - 1e-6
"""On the device sums are compared in single precision; φ is applied to the scores."""


_INTEGERS = 7
"""How many of the numbers of `_to_host` are whole."""


def _to_host(spans: DistinctSpans, types: Tensor, fractions: Tensor) -> list[list[float]]:
    """All numbers of the spans in one transfer from the device: the sentence, start and end, the
    type, step and slot, the number of unbroken steps up to the last one, and the `fractions`.
    Single precision holds whole numbers up to 2^24 exactly."""
    run = (spans.counts_by_step > 0).flip(1).long().cumprod(1).sum(1)
    start, end = to_half_open(spans.boundaries).unbind(-1)
    whole = torch.stack([spans.rows, start, end, types, spans.steps, spans.slots, run], 1)
    return torch.cat([whole.to(fractions.dtype), fractions], 1).tolist()


def _fixed_candidates(rule: Constraints) -> list[Candidate]:
    """The fixed spans as candidates, each once, in the first slot that holds it."""
    return [
        Candidate(
            span.start, span.end, span.label, FIXED_SCORE, 1, rule.fixed.index(span), fixed=True
        )
        for span in dict.fromkeys(rule.fixed)
    ]


def _drop_decided(scored: list[SeedScored], rule: Constraints) -> list[SeedScored]:
    """Sort the candidates, best first, without those that a person's decisions replace."""
    fixed_boundaries, suppressed = (
        {(span.start, span.end) for span in rule.fixed},
        set(rule.suppressed),
    )
    free = [
        (candidate, seed_scores)
        for candidate, seed_scores in scored
        if (candidate.start, candidate.end) not in fixed_boundaries
        and candidate.span not in suppressed
    ]
    return sorted(free, key=lambda item: (-item[0].score, item[0].start, item[0].end))


def _with_agreement(scored: list[SeedScored], threshold: float) -> list[SeedScored]:
    """Add the seeds' agreement to each candidate."""
    by_span = agreements(
        [candidate.span for candidate, _ in scored],
        [seed_scores for _, seed_scores in scored],
        threshold,
    )
    return [
        (
            replace(
                candidate,
                confidence=candidate.confidence
                and replace(candidate.confidence, agreement=agreement),
            ),
            seed_scores,
        )
        for (candidate, seed_scores), agreement in zip(scored, by_span, strict=True)
    ]
