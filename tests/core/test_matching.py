from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.matching import UNMATCHED, match

Costs = NDArray[np.float32]
sizes = st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(0, 10_000))


def costs(num_spans: int, num_gold: int, seed: int) -> Costs:
    return np.random.default_rng(seed).normal(size=(num_spans, num_gold)).astype(np.float32)


def total(cost: Costs, assignment: NDArray[np.int64]) -> float:
    return float(sum(cost[row, gold] for row, gold in enumerate(assignment) if gold >= 0))


@given(sizes)
def test_one_to_one_is_the_cheapest_of_all_assignments(size: tuple[int, int, int]) -> None:
    cost = costs(*size)
    num_spans, num_gold, _ = size
    found = match(cost, "one_to_one")
    used = sorted(gold for gold in found if gold != UNMATCHED)
    assert len(used) == len(set(used)) == min(num_spans, num_gold)
    wide = cost if num_spans >= num_gold else cost.T
    cheapest = min(
        sum(wide[row, column] for column, row in enumerate(rows))
        for rows in permutations(range(wide.shape[0]), wide.shape[1])
    )
    assert total(cost, found) == pytest.approx(float(cheapest), abs=1e-4)


@given(sizes)
def test_balanced_is_the_cheapest_of_all_that_share_evenly(size: tuple[int, int, int]) -> None:
    cost = costs(*size)
    num_spans, num_gold, _ = size
    even = {num_spans // num_gold, -(-num_spans // num_gold)}
    cheapest = min(
        sum(cost[row, gold] for row, gold in enumerate(golds))
        for golds in product(range(num_gold), repeat=num_spans)
        if {golds.count(gold) for gold in range(num_gold)} <= even
    )
    assert total(cost, match(cost, "balanced")) == pytest.approx(float(cheapest), abs=1e-3)


@given(st.integers(1, 40), st.integers(1, 12), st.integers(0, 10_000))
def test_balanced_leaves_no_span_and_no_entity_without_the_other(
    num_spans: int, num_gold: int, seed: int
) -> None:
    found = match(costs(num_spans, num_gold, seed), "balanced")
    shares = np.bincount(found[found != UNMATCHED], minlength=num_gold)
    assert shares.max() - shares.min() <= 1
    assert shares.sum() == num_spans


@pytest.mark.parametrize("strategy", ["balanced", "one_to_one"])
def test_without_entities_every_span_is_unmatched(strategy: str) -> None:
    found = match(np.zeros((4, 0), dtype=np.float32), strategy)  # type: ignore[arg-type]
    assert found.tolist() == [UNMATCHED] * 4


def test_near_identical_spans_are_told_the_same_only_if_balanced() -> None:
    cost = np.array([[-1.0], [-0.999], [-0.998]], dtype=np.float32)
    assert match(cost, "balanced").tolist() == [0, 0, 0]
    assert match(cost, "one_to_one").tolist() == [0, UNMATCHED, UNMATCHED]
