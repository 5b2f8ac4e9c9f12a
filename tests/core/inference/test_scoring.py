from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.inference.scoring import WEIGHTS, entity_score, weighted_sum

probability = st.floats(0, 1)


def test_a_score_is_half_of_each_boundary_and_twice_the_type() -> None:
    assert entity_score(0.5, 0.25, 0.75) == (0.25 + 0.125 + 1.5) / 3
    assert entity_score(1.0, 1.0, 1.0) == 1.0
    assert entity_score(0.0, 0.0, 0.0) == 0.0


@given(probability, probability, probability)
def test_scores_lie_between_naught_and_one_and_the_sides_weigh_alike(
    left: float, right: float, kind: float
) -> None:
    assert 0 <= entity_score(left, right, kind) <= 1
    assert entity_score(left, right, kind) == entity_score(right, left, kind)


@given(st.lists(probability, min_size=3, max_size=3), st.integers(0, 2), probability)
def test_a_surer_part_never_makes_a_lower_score(
    parts: list[float], which: int, other: float
) -> None:
    low, high = sorted((parts[which], other))
    first, pair = ([*parts[:which], item, *parts[which + 1 :]] for item in (low, high))
    assert entity_score(*first) <= entity_score(*pair)


def test_tensors_are_scored_as_numbers_are() -> None:
    parts = torch.rand(3, 50, generator=torch.Generator().manual_seed(0))
    expected = [entity_score(*column) for column in parts.T.tolist()]
    assert (weighted_sum(*parts) / WEIGHTS).tolist() == pytest.approx(expected)


@given(st.floats(0, 3, width=32), st.floats(0, 3, width=32))
def test_two_sums_in_single_precision_keep_their_order_as_scores(
    first: float, other: float
) -> None:
    assert (first / WEIGHTS < other / WEIGHTS) == (first < other)
