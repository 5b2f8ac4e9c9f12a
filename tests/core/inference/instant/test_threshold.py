from __future__ import annotations

from core.inference.instant.threshold import CheapestThreshold, Outcome


def outcomes(*scores: float, right: bool, exists: bool | None = None) -> list[Outcome]:
    return [Outcome(score, right, right if exists is None else exists) for score in scores]


def test_until_there_are_outcomes_enough_the_threshold_is_fixed() -> None:
    threshold = CheapestThreshold()
    threshold.add(1, outcomes(*[0.3] * 20, right=True))
    assert threshold.value == 0.45


def test_the_threshold_has_cost_least() -> None:
    """Wrong suggestions cost one gesture and missed entities two: 0.6 rejects eleven of the first
    and misses two of the second."""
    threshold = CheapestThreshold()
    threshold.add(1, outcomes(*[0.57] * 11, right=False))
    threshold.add(2, outcomes(*[0.57] * 2, *[0.9] * 10, right=True))
    assert threshold.value == 0.6


def test_a_wrong_label_costs_less_than_a_missed_entity() -> None:
    threshold = CheapestThreshold()
    threshold.add(1, outcomes(*[0.3] * 21, right=False, exists=True))
    assert threshold.value == 0.25


def test_where_nothing_was_ever_right_little_is_suggested() -> None:
    threshold = CheapestThreshold()
    threshold.add(1, outcomes(*[0.85] * 30, right=False))
    assert threshold.value == 0.9


def test_the_outcomes_of_a_document_that_is_taken_back_do_not_count() -> None:
    threshold = CheapestThreshold()
    threshold.add(1, outcomes(*[0.85] * 30, right=False))
    threshold.add(2, outcomes(*[0.3] * 21, right=True))
    threshold.remove(1)
    assert threshold.value == 0.25
