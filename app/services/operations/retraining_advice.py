"""Whether a retraining would pay now, as far as a project's learning curve can tell.

What correcting a document costs, as a share of marking it by hand, falls with the number n of
learnt documents as a power of it, a n^-b (the inverse power law of learning curves, Figueroa et
al. 2012), on the documents that were tested since the present model version took over. Such a
curve flattens: the next document teaches the head less than the one before, and what is left is
what the model's own features do not tell apart. A retraining changes these. So it is advised once

- the curve is flat: `WINDOW` more documents would save less than `FLAT` of the actions; or `MANY`
  entities of new labels were corrected, from which a retraining gained more than a steep curve did;
- the features lag: at least `LEFT` of the actions remain;
- there is enough to learn from: `ENTITIES` corrected entities since the version took over, of
  labels that the model did not know before any retraining: where it was taught thousands, some
  hundreds more make it no better;
- somebody profits: as many documents as the curve's window wait to be annotated.

docs/results/instant.md says when it speaks on open corpora, and what a retraining gained where that
was measured.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.services.operations.learning_curve import WINDOW, DocumentTest, LearningCurve
from core.inference.instant.outcomes import LabelOutcome

FLAT = 0.1
LEFT = 0.2
ENTITIES = 300
MANY = 600
_EXPONENTS = np.arange(0, 1.01, 0.02)
Reason = Literal["few entities", "known labels", "steep", "little left", "nobody waits", "pays"]


@dataclass(frozen=True, slots=True)
class RetrainingAdvice:
    """What speaks for a retraining, and the first thing that speaks against it."""

    reason: Reason
    documents: int
    """Tested since the present version took over."""
    entities: int
    """In these documents."""
    left: float
    """The fitted curve at the last document: actions over marking everything by hand."""
    saved_by_more: float
    """The share of these that `WINDOW` more documents would save."""

    @property
    def pays(self) -> bool:
        """Whether all speaks for it."""
        return self.reason == "pays"


def retraining_advice(
    curve: LearningCurve, version_id: int, waiting: int
) -> RetrainingAdvice | None:
    """Advice for the active version with `waiting` documents to annotate; None before a document
    with entities was tested on it."""
    tests = [test for test in curve.tests if test.model_version_id == version_id]
    outcomes = [_all_labels(test) for test in tests]
    gestures = [outcome.gestures for outcome in outcomes]
    entities = [outcome.entities for outcome in outcomes]
    if not any(entities):
        return None
    share, exponent = power_law(gestures, [2 * number for number in entities])
    documents = len(outcomes)
    left = share * documents**-exponent
    saved = 1 - (1 + WINDOW / documents) ** -exponent
    new = [_all_labels(test, but=curve.first_labels).entities for test in tests]
    reason = _reason(sum(entities), sum(new), left, saved, waiting)
    return RetrainingAdvice(reason, documents, sum(entities), left, saved)


def power_law(costs: Sequence[float], by_hand: Sequence[float]) -> tuple[float, float]:
    """a and b of cost = a n^-b · by hand, n = 1, 2, …, with 0 <= b <= 1: least squares, weighted by
    what a document costs by hand. Documents that cost nothing by hand have no part."""
    hand = np.asarray(by_hand, dtype=float)
    counting = hand > 0
    numbers = (np.flatnonzero(counting) + 1.0)[:, None]
    cost, hand = np.asarray(costs, dtype=float)[counting, None], hand[counting, None]
    shape = numbers**-_EXPONENTS
    scale = (cost * shape).sum(0) / (hand * shape**2).sum(0)
    squares = ((cost - scale * hand * shape) ** 2 / hand).sum(0)
    best = int(squares.argmin())
    return float(scale[best]), float(_EXPONENTS[best])


def _reason(entities: int, new: int, left: float, saved: float, waiting: int) -> Reason:
    if entities < ENTITIES:
        return "few entities"
    if left < LEFT:
        return "little left"
    if saved >= FLAT and new < MANY:
        return "steep"
    if new < ENTITIES:
        return "known labels"
    return "pays" if waiting >= WINDOW else "nobody waits"


def _all_labels(test: DocumentTest, but: Collection[str] = ()) -> LabelOutcome:
    outcomes = (outcome for label, outcome in test.instant.items() if label not in but)
    return sum(outcomes, LabelOutcome())
