from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.training.matching import UNMATCHED, match

Costs = NDArray[np.float32]
sizes = st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(0, 10_000))


def costs(num_spans: int, num_gold: int, seed: int) -> Costs:
    return np.random.default_rng(seed).normal(size=(num_spans, num_gold)).astype(np.float32)


def total(cost: Costs, assignment: NDArray[np.int64]) -> float:
    return float(sum(cost[row, gold] for row, gold in enumerate(assignment) if gold >= 0))


@given(sizes)
def test_the_assignment_is_the_cheapest_of_all_that_share_evenly(
    size: tuple[int, int, int],
) -> None:
    cost = costs(*size)
    num_spans, num_gold, _ = size
    even = {num_spans // num_gold, -(-num_spans // num_gold)}
    cheapest = min(
        sum(cost[row, gold] for row, gold in enumerate(golds))
        for golds in product(range(num_gold), repeat=num_spans)
        if {golds.count(gold) for gold in range(num_gold)} <= even
    )
    assert total(cost, match(cost)) == pytest.approx(float(cheapest), abs=1e-3)


@given(st.integers(1, 40), st.integers(1, 12), st.integers(0, 10_000))
def test_no_span_and_no_entity_is_left_without_the_other(
    num_spans: int, num_gold: int, seed: int
) -> None:
    result = match(costs(num_spans, num_gold, seed))
    shares = np.bincount(result[result != UNMATCHED], minlength=num_gold)
    assert shares.max() - shares.min() <= 1
    assert shares.sum() == num_spans


def test_without_entities_every_span_is_unmatched() -> None:
    assert match(np.zeros((4, 0), dtype=np.float32)).tolist() == [UNMATCHED] * 4


def test_near_identical_spans_are_told_the_same() -> None:
    cost = np.array([[-1.0], [-0.999], [-0.998]], dtype=np.float32)
    assert match(cost).tolist() == [0, 0, 0]


def test_more_entities_than_spans_leave_the_dearest_entity_out() -> None:
    cost = np.array([[-1.0, 0.0, -0.5], [-0.2, 0.0, -0.9]], dtype=np.float32)
    assert match(cost).tolist() == [0, 2]
