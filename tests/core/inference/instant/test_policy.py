from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inference.instant.policy import FIRST, Outcome, Thresholds, cheapest_thresholds

LABELS = ("DOSE", "DRUG")


def outcomes(
    score: float,
    number: int,
    right: bool = False,
    exists: bool | None = None,
    label: str = "DRUG",
    by_model: bool = False,
) -> list[Outcome]:
    """So many candidates of one score."""
    present = right if exists is None else exists
    return [Outcome(1, label, by_model, score, right, present)] * number


def thresholds(*parts: list[Outcome], known: bool = False) -> Thresholds:
    return cheapest_thresholds(
        [outcome for part in parts for outcome in part], LABELS, LABELS if known else ()
    )


def test_a_new_label_begins_with_one_threshold() -> None:
    assert thresholds() == Thresholds({"DOSE": FIRST, "DRUG": FIRST}, {})


def test_the_threshold_has_cost_least() -> None:
    """Wrong suggestions cost one gesture and missed entities two: 0.6 rejects eleven of the first
    and misses two of the second."""
    costly, missed = outcomes(0.57, 60), outcomes(0.57, 8, right=True)
    result = thresholds(costly, missed, outcomes(0.9, 40, right=True))
    assert result.head["DRUG"] == 0.6


def test_a_wrong_label_costs_less_than_a_missed_entity() -> None:
    assert thresholds(outcomes(0.3, 60, exists=True)).head["DRUG"] <= 0.3


def test_where_nothing_was_ever_right_little_is_suggested() -> None:
    assert thresholds(outcomes(0.85, 60)).head["DRUG"] > 0.85


def test_a_label_with_little_evidence_follows_the_others() -> None:
    result = thresholds(outcomes(0.85, 60), outcomes(0.85, 1, right=True, label="DOSE"))
    assert result.head["DOSE"] == result.head["DRUG"]


def test_a_label_with_evidence_of_its_own_has_its_own_threshold() -> None:
    result = thresholds(outcomes(0.55, 80), outcomes(0.55, 80, right=True, label="DOSE"))
    assert result.head["DOSE"] <= 0.55 < result.head["DRUG"]


def test_the_head_is_silent_on_known_labels_until_it_would_have_paid() -> None:
    assert thresholds(known=True) == Thresholds({}, {})
    assert thresholds(outcomes(0.8, 1, right=True), known=True) == Thresholds({}, {})
    result = thresholds(outcomes(0.8, 9, right=True), outcomes(0.5, 9), known=True)
    assert 0.5 < result.head["DRUG"] <= 0.8


def test_the_head_ventures_no_lower_on_known_labels_than_it_has_paid() -> None:
    assert thresholds(outcomes(0.8, 9, right=True), known=True).head == {"DRUG": 0.8}


def test_the_model_is_contradicted_only_where_that_would_have_paid() -> None:
    right = outcomes(0.9, 20, right=True, by_model=True)
    assert thresholds(right, outcomes(0.1, 2, by_model=True), known=True).model == {}
    result = thresholds(right, outcomes(0.1, 20, by_model=True), known=True)
    assert 0.1 < result.model["DRUG"] <= 0.9


@given(
    st.lists(
        st.builds(
            Outcome,
            st.just(1),
            st.sampled_from(LABELS),
            st.booleans(),
            st.floats(0, 1),
            st.booleans(),
            st.just(True),
        )
    )
)
def test_known_labels_never_cost_more_than_the_model_alone_on_what_was_seen(
    visible: list[Outcome],
) -> None:
    result = cheapest_thresholds(visible, LABELS, LABELS)
    for label in LABELS:
        personal = [outcome for outcome in visible if outcome.label == label]
        added = [outcome for outcome in personal if not outcome.by_model]
        given_by_model = [outcome for outcome in personal if outcome.by_model]
        head, model = result.head.get(label, 9.0), result.model.get(label, -9.0)
        assert sum(o.gestures(head) for o in added) <= sum(o.gestures(9.0) for o in added)
        assert sum(o.gestures(model) for o in given_by_model) <= sum(
            o.gestures(-9.0) for o in given_by_model
        )


@pytest.mark.parametrize(
    ("score", "right", "exists", "gestures"),
    [(0.7, True, True, 0), (0.7, False, True, 1), (0.7, False, False, 1), (0.3, True, True, 2)],
)
def test_a_candidate_costs_gestures(score: float, right: bool, exists: bool, gestures: int) -> None:
    assert Outcome(1, "DRUG", False, score, right, exists).gestures(0.5) == gestures
