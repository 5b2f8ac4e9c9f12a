"""When a retraining is said to pay: a flat curve, much left to correct, enough to learn from."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.services.operations.learning_curve import WINDOW, DocumentTest, LearningCurve
from app.services.operations.retraining_advice import (
    ENTITIES,
    MANY,
    Reason,
    power_law,
    retraining_advice,
)
from app.services.operations.retraining_advice import FLAT as FLAT_BELOW
from core.inference.instant.outcomes import LabelOutcome

VERSION = 1
PER_DOCUMENT = 10
"""Entities."""


def document(missed: int, entities: int = PER_DOCUMENT, version_id: int = VERSION) -> DocumentTest:
    outcome = LabelOutcome(right=entities - missed, missed=missed)
    return DocumentTest(1, version_id, {"1": outcome}, {})


def curve(missed: Sequence[int]) -> LearningCurve:
    return LearningCurve(True, [document(number) for number in missed], {}, 0)


FLAT = [4] * 40
STEEP = [10] * 10 + [7] * 10 + [5] * 10 + [3] * 10


@pytest.mark.parametrize(
    ("missed", "waiting", "reason"),
    [
        (FLAT, WINDOW, "pays"),
        (FLAT, WINDOW - 1, "nobody waits"),
        (STEEP, WINDOW, "steep"),
        ([1] * 40, WINDOW, "little left"),
        ([4] * (ENTITIES // PER_DOCUMENT - 1), WINDOW, "few entities"),
        ([4] * (ENTITIES // PER_DOCUMENT), WINDOW, "pays"),
    ],
)
def test_a_retraining_pays_once_nothing_speaks_against_it(
    missed: Sequence[int], waiting: int, reason: Reason
) -> None:
    advice = retraining_advice(curve(missed), VERSION, waiting)

    assert advice is not None
    assert (advice.reason, advice.pays) == (reason, reason == "pays")


@pytest.mark.parametrize(
    ("per_document", "reason"), [(MANY // 40 - 1, "steep"), (MANY // 40, "pays")]
)
def test_many_entities_of_new_labels_pay_though_the_curve_is_steep(
    per_document: int, reason: Reason
) -> None:
    missed = [round(per_document * (number + 1) ** -0.3) for number in range(40)]
    tests = [document(number, per_document) for number in missed]

    advice = retraining_advice(LearningCurve(True, tests, {}, 0), VERSION, WINDOW)
    assert advice is not None
    assert advice.saved_by_more >= FLAT_BELOW
    assert advice.reason == reason


@pytest.mark.parametrize(
    ("first_labels", "reason"),
    [({"1", "2"}, "known labels"), ({"1"}, "known labels"), ({"2"}, "pays"), (set(), "pays")],
)
def test_labels_that_the_model_knew_before_any_retraining_are_no_reason_for_one(
    first_labels: set[str], reason: Reason
) -> None:
    ten, five = LabelOutcome(right=6, missed=4), LabelOutcome(right=3, missed=2)
    tests = [DocumentTest(1, VERSION, {"1": ten, "2": five}, {})] * 40
    known = LearningCurve(True, tests, {}, 0, first_labels=frozenset(first_labels))

    advice = retraining_advice(known, VERSION, WINDOW)
    assert advice is not None
    assert advice.reason == reason


def test_the_advice_says_what_is_left_and_what_more_documents_would_save() -> None:
    advice = retraining_advice(curve(FLAT), VERSION, WINDOW)

    assert advice is not None
    assert (advice.documents, advice.entities) == (40, 400)
    assert (advice.left, advice.saved_by_more) == pytest.approx((0.4, 0.0))


def test_the_advice_is_about_the_documents_of_the_active_version_alone() -> None:
    tests = [document(9, version_id=1)] * 40 + [document(4, version_id=2)] * 30
    several = LearningCurve(True, tests, {}, 0)

    active = retraining_advice(several, 2, WINDOW)
    assert active is not None
    assert (active.documents, active.reason) == (30, "pays")
    assert active.left == pytest.approx(0.4)
    assert retraining_advice(several, 3, WINDOW) is None


def test_without_entities_there_is_no_advice() -> None:
    assert retraining_advice(curve([]), VERSION, WINDOW) is None
    empty = LearningCurve(True, [document(0, entities=0)] * 40, {}, 0)
    assert retraining_advice(empty, VERSION, WINDOW) is None


@pytest.mark.parametrize("exponent", [0.0, 0.2, 0.5, 1.0])
def test_a_power_law_is_found_again_whatever_the_documents_hold(exponent: float) -> None:
    by_hand = [0, 4, 20, 8, 0, 16] * 10
    costs = [0.8 * hand * number**-exponent for number, hand in enumerate(by_hand, 1)]

    assert power_law(costs, by_hand) == pytest.approx((0.8, exponent))


def test_a_curve_that_rises_is_flat() -> None:
    _, exponent = power_law([1, 2, 3, 4], [4, 4, 4, 4])

    assert exponent == 0
