"""How well the signals of confidence tell right suggestions from wrong ones.

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
"""L2 weight, a suggestion, on standardised signals: next to nothing."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A suggestion, and whether gold has exactly it."""

    candidate: Candidate
    right: bool


def judge(
    examples: Sequence[Example],
    found: Sequence[Sequence[Candidate]],
    threshold: float,
    flat: bool = False,
) -> list[Judged]:
    """The suggestions that reach φ; those of labels that nobody looked for are left out."""
    return [
        Judged(each, each.span in example.entities)
        for example, proposals in zip(examples, found, strict=True)
        for each in select(proposals, threshold, flat)
        if example.labels is None or each.label in example.labels
    ]


def auroc(scores: Sequence[float], right: Sequence[bool]) -> float:
    """The chance that a right one scores above a wrong one, ties counting half.

    Raises ValueError where all are right or all are wrong: the chance is not defined then.
    """
    good = sum(right)
    bad = len(right) - good
    if not good or not bad:
        raise ValueError(
            f"AUROC needs right and wrong suggestions, got {good} right and {bad} wrong; "
            "take more sentences"
        )
    ranks = rankdata(scores)[np.asarray(right, dtype=bool)].sum()
    return float((ranks - good * (good + 1) / 2) / (good * bad))


def confidence_table(dev: Sequence[Judged], test: Sequence[Judged]) -> list[dict[str, str | float]]:
    """A row for each signal alone and one for all, {"signal", "auroc"}, measured on test; the
    logistic regression of all is fitted on dev. Agreements stand in it if an ensemble was asked.

    Raises ValueError where dev has no suggestion, and where those of test are all right or wrong.
    """
    if not dev:
        raise ValueError(
            "no suggestion for the development sentences reaches φ, so that the signals cannot "
            "be weighed; take more sentences"
        )
    signals = dict(_SIGNALS)
    if all(_of(each).agreement for each in (*dev, *test)):
        signals |= _AGREEMENTS
    fitted, measured = (_columns(each, signals) for each in (dev, test))
    truth = [each.right for each in test]
    weights = _regress(fitted, np.array([each.right for each in dev], dtype=float))
    center, spread = fitted.mean(0), _spread(fitted)
    together = ((measured - center) / spread) @ weights
    rows = zip((*signals, "all together"), (*measured.T, together), strict=True)
    return [{"signal": name, "auroc": auroc(column, truth)} for name, column in rows]


def _of(judged: Judged) -> Confidence:
    confidence = judged.candidate.confidence
    if confidence is None:
        raise ValueError("a span that a person fixed has no confidence; judge suggestions alone")
    return confidence


def _since(judged: Judged) -> float:
    """Early is good; what is not there at the end comes last."""
    since = _of(judged).since
    return 1 / since if since else 0.0


def _agreement(name: str, judged: Judged) -> float:
    return getattr(_of(judged).agreement, name)


_SIGNALS: dict[str, Callable[[Judged], float]] = {
    "score": lambda each: each.candidate.score,
    "P^l": lambda each: _of(each).left,
    "P^r": lambda each: _of(each).right,
    "P^c": lambda each: _of(each).type,
    "since": _since,
    "support": lambda each: _of(each).support,
}
_AGREEMENTS = {
    f"agreement: {each.name}": partial(_agreement, each.name) for each in fields(Agreement)
}


def _columns(
    judged: Sequence[Judged], signals: dict[str, Callable[[Judged], float]]
) -> NDArray[np.float64]:
    return np.array([[read(each) for read in signals.values()] for each in judged])


def _spread(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = columns.std(0)
    return np.where(spread > 0, spread, 1.0)


def _regress(columns: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logistic regression on standardised signals; the intercept orders nothing and is dropped."""
    x = np.c_[(columns - columns.mean(0)) / _spread(columns), np.ones(len(columns))]

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = x @ weights
        value = np.mean(np.logaddexp(0, scores) - right * scores)
        gradient = x.T @ (expit(scores) - right) / len(x)
        return float(value + _RIDGE * weights @ weights), gradient + 2 * _RIDGE * weights

    return minimize(loss, np.zeros(x.shape[1]), jac=True).x[:-1]
