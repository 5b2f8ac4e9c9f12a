"""Tune on development sentences: φ, and the calibration that makes a probability of a score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit

from ..config import UNCALIBRATED, Calibration, ModelConfig
from ..inference.candidates import propose
from ..inference.decoding import Candidate
from ..inference.scoring import calibrated, uncalibrated
from ..modeling.model import DiffusionNER
from ..types import Example, SamplerSettings
from .calibration import JudgedCandidate, judge
from .evaluate import tune_threshold

_BINS = 10
_SLOPES, _SHIFTS = (0.1, 1.5), (-4.0, 4.0)
"""Steeper ones would make equal scores of the highest, which differ in single precision alone."""
_RIDGE = 1.0
"""Weight of the squared distance from `UNCALIBRATED`, in candidates: ten of them teach little."""
_LEAST_SCORE = 1e-7
_Proposed = tuple[Sequence[Example], Sequence[Sequence[Candidate]]]
"""Examples and the candidates for each."""


def tune(
    model: DiffusionNER, examples: Sequence[Example], sampler: SamplerSettings
) -> list[list[Candidate]]:
    """Tune the model's φ and its calibration, both nested and flat; nested on the examples of
    corpora that annotate nested entities, if there are any. Returns its candidates for all
    examples, scored as they are from now on.

    The model keeps what it has if the examples have no entity.
    """
    proposals = _uncalibrated_proposals(model, examples, sampler)
    nested, flat = (tune_threshold(*part, flat) for part, flat in _parts(examples, proposals))
    if nested is not None and flat is not None:
        raw = replace(_uncalibrated(model.config), threshold=nested, flat_threshold=flat)
        model.config = with_calibrations(raw, *_fit_both(examples, proposals))
    calibration = model.config.calibration_of(sampler.flat)
    return [
        [replace(candidate, score=calibrated(candidate.score, calibration)) for candidate in row]
        for row in proposals
    ]


def calibrate(
    model: DiffusionNER,
    examples: Sequence[Example],
    sampler: SamplerSettings = SamplerSettings(),
) -> None:
    """Fit the model's calibration alone, and move φ along: the model decodes the same entities.

    Raises ValueError if it proposes nothing for the examples, or only labels that they were not
    annotated for.
    """
    proposals = _uncalibrated_proposals(model, examples, sampler)
    if not judge(examples, proposals, threshold=0.0):
        raise ValueError(
            f"the model proposes nothing for the {len(examples)} development sentences under the "
            "labels that they were annotated for, so that there are no scores to calibrate; take "
            f"sentences with entities of its labels ({', '.join(model.config.labels)})"
        )
    model.config = with_calibrations(model.config, *_fit_both(examples, proposals))


def with_calibrations(
    config: ModelConfig, calibration: Calibration, flat_calibration: Calibration
) -> ModelConfig:
    """The configuration with other calibrations, nested and flat, and with φ at the same place in
    the order of the scores."""
    raw = _uncalibrated(config)
    return replace(
        raw,
        threshold=calibrated(raw.threshold, calibration),
        flat_threshold=calibrated(raw.flat_threshold, flat_calibration),
        calibration=calibration,
        flat_calibration=flat_calibration,
    )


def _uncalibrated(config: ModelConfig) -> ModelConfig:
    return replace(
        config,
        threshold=uncalibrated(config.threshold, config.calibration),
        flat_threshold=uncalibrated(config.flat_threshold, config.flat_calibration),
        calibration=UNCALIBRATED,
        flat_calibration=UNCALIBRATED,
    )


def fit_calibration(judged: Sequence[JudgedCandidate]) -> Calibration:
    """The slope and the shift with the highest likelihood of uncalibrated candidates being right
    (Platt 1999)."""
    scores = np.array([suggestion.candidate.score for suggestion in judged])
    correct = np.array([suggestion.correct for suggestion in judged], dtype=float)
    logits = logit(scores.clip(_LEAST_SCORE, 1 - _LEAST_SCORE))

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        values = parameters[0] * logits + parameters[1]
        distance = parameters - UNCALIBRATED
        errors = expit(values) - correct
        value = np.sum(np.logaddexp(0, values) - correct * values) + _RIDGE * distance @ distance
        return float(value), np.array([errors @ logits, errors.sum()]) + 2 * _RIDGE * distance

    slope, shift = minimize(loss, UNCALIBRATED, jac=True, bounds=(_SLOPES, _SHIFTS)).x
    return float(slope), float(shift)


def calibration_error(
    judged: Sequence[JudgedCandidate], calibration: Calibration = UNCALIBRATED
) -> float | None:
    """The expected calibration error of the scores, before `calibration` if that was applied:
    |mean score - share right| in ten bins of equal width, weighted by their suggestions (Naeini et
    al. 2015). 0 to 1; None without suggestions."""
    if not judged:
        return None
    scores = np.array(
        [uncalibrated(suggestion.candidate.score, calibration) for suggestion in judged]
    )
    correct = np.array([suggestion.correct for suggestion in judged], dtype=float)
    bins = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, scores - correct, _BINS)
    return float(np.abs(gaps).sum() / len(judged))


def _uncalibrated_proposals(
    model: DiffusionNER, examples: Sequence[Example], sampler: SamplerSettings
) -> list[list[Candidate]]:
    config, model.config = model.config, _uncalibrated(model.config)
    try:
        return propose(model, [example.words for example in examples], sampler)
    finally:
        model.config = config


def _fit_both(
    examples: Sequence[Example], proposals: Sequence[Sequence[Candidate]]
) -> Iterator[Calibration]:
    """The calibrations of nested and of flat decoding: all candidates that conflict with no better
    one take part, also those far below φ."""
    for part, flat in _parts(examples, proposals):
        yield fit_calibration(judge(*part, threshold=0.0, flat=flat))


def _parts(
    examples: Sequence[Example], proposals: Sequence[Sequence[Candidate]]
) -> Iterator[tuple[_Proposed, bool]]:
    """The examples that nested decoding is tuned on, and those of flat decoding: where nothing
    nested was annotated, a right nested candidate would count as wrong."""
    nested = [
        (example, row) for example, row in zip(examples, proposals, strict=True) if example.nested
    ]
    examples_nested, rows = zip(*nested, strict=True) if nested else (examples, proposals)
    yield (examples_nested, rows), False
    yield (examples, proposals), True
