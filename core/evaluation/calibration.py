"""Measure how well the confidence signals separate correct suggestions from wrong ones.

`judge` dev and test suggestions, then `confidence_table(dev, test)`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import rankdata

from ..inference.decoding import Candidate, select
from ..types import Agreement, Confidence, Example

_RIDGE = 1e-2
"""A weak L2 penalty on the standardised signals."""


@dataclass(frozen=True, slots=True)
class JudgedCandidate:
    """A suggestion, and whether it is exactly a gold entity."""

    candidate: Candidate
    correct: bool


def judge(
    examples: Sequence[Example],
    proposals: Sequence[Sequence[Candidate]],
    threshold: float,
    flat: bool = False,
) -> list[JudgedCandidate]:
    """Compare the suggestions that reach φ with gold; labels that were not annotated are left
    out."""
    return [
        JudgedCandidate(candidate, candidate.span in example.entities)
        for example, sentence_candidates in zip(examples, proposals, strict=True)
        for candidate in select(sentence_candidates, threshold, flat)
        if example.labels is None or candidate.label in example.labels
    ]


def auroc(scores: Sequence[float], correct: Sequence[bool]) -> float:
    """The probability that a correct suggestion scores above a wrong one, ties counting half.

    Raises ValueError if all are correct or all are wrong: it is undefined then.
    """
    num_correct = sum(correct)
    num_wrong = len(correct) - num_correct
    if not num_correct or not num_wrong:
        raise ValueError(
            f"AUROC needs right and wrong suggestions, got {num_correct} right and "
            f"{num_wrong} wrong; take more sentences"
        )
    ranks = rankdata(scores)[np.asarray(correct, dtype=bool)].sum()
    return float((ranks - num_correct * (num_correct + 1) / 2) / (num_correct * num_wrong))


def confidence_table(
    dev: Sequence[JudgedCandidate], test: Sequence[JudgedCandidate]
) -> list[dict[str, str | float]]:
    """One row {"signal", "auroc"} for each signal and one for their combination, measured on test;
    the combination is a logistic regression fitted on dev. Agreements are included if an ensemble
    was asked for.

    Raises ValueError if dev has no suggestion, or if those of test are all correct or all wrong.
    """
    if not dev:
        raise ValueError(
            "no suggestion for the development sentences reaches φ, so that the signals cannot "
            "be weighed; take more sentences"
        )
    signals = dict(_SIGNALS)
    if all(_confidence_of(suggestion).agreement for suggestion in (*dev, *test)):
        signals |= _AGREEMENTS
    dev_columns, test_columns = (_columns(part, signals) for part in (dev, test))
    correct = [suggestion.correct for suggestion in test]
    weights = _fit_logistic_regression(
        dev_columns, np.array([suggestion.correct for suggestion in dev], dtype=float)
    )
    center, spread = dev_columns.mean(0), _standard_deviation(dev_columns)
    combined = ((test_columns - center) / spread) @ weights
    rows = zip((*signals, "all together"), (*test_columns.T, combined), strict=True)
    return [{"signal": name, "auroc": auroc(column, correct)} for name, column in rows]


def _confidence_of(judged: JudgedCandidate) -> Confidence:
    confidence = judged.candidate.confidence
    if confidence is None:
        raise ValueError("a span that a person fixed has no confidence; judge suggestions alone")
    return confidence


def _since(judged: JudgedCandidate) -> float:
    """Early is better; an entity without a span at the end ranks last."""
    since = _confidence_of(judged).since
    return 1 / since if since else 0.0


def _agreement(name: str, judged: JudgedCandidate) -> float:
    """0 where no seed suggests anything alone."""
    return getattr(_confidence_of(judged).agreement, name) or 0.0


_SIGNALS: dict[str, Callable[[JudgedCandidate], float]] = {
    "score": lambda suggestion: suggestion.candidate.score,
    "P^l": lambda suggestion: _confidence_of(suggestion).left,
    "P^r": lambda suggestion: _confidence_of(suggestion).right,
    "P^c": lambda suggestion: _confidence_of(suggestion).type,
    "since": _since,
    "support": lambda suggestion: _confidence_of(suggestion).support,
}
_AGREEMENTS = {
    f"agreement: {field.name}": partial(_agreement, field.name) for field in fields(Agreement)
}


def _columns(
    judged: Sequence[JudgedCandidate], signals: dict[str, Callable[[JudgedCandidate], float]]
) -> NDArray[np.float64]:
    return np.array([[read(suggestion) for read in signals.values()] for suggestion in judged])


def _standard_deviation(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = columns.std(0)
    return np.where(spread > 0, spread, 1.0)


def _fit_logistic_regression(
    columns: NDArray[np.float64], correct: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Fit a logistic regression on standardised signals; the intercept does not affect the ranking
    and is dropped."""
    x = np.c_[(columns - columns.mean(0)) / _standard_deviation(columns), np.ones(len(columns))]

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = x @ weights
        value = np.mean(np.logaddexp(0, scores) - correct * scores)
        gradient = x.T @ (expit(scores) - correct) / len(x)
        return float(value + _RIDGE * weights @ weights), gradient + 2 * _RIDGE * weights

    return minimize(loss, np.zeros(x.shape[1]), jac=True).x[:-1]
