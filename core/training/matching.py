"""The matching of noisy spans to gold entities (appendix A)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

UNMATCHED = -1
_PRIORITY = 1e3
"""Far larger than any cost, so that every entity's guaranteed slots are filled before the extra
ones."""


Matcher = Callable[[NDArray[np.float32]], NDArray[np.int64]]
"""From the costs (K, N) to the assignment (K,)."""


def match(cost: NDArray[np.float32]) -> NDArray[np.int64]:
    """Compute the assignment π̂ with the lowest total cost, by the Hungarian algorithm.

    `cost` is (K, N), each noisy span against each gold entity. Returns (K,): the gold index of each
    span, or UNMATCHED for the paper's ∅.

    Every entity is assigned K / N spans, rounded down or up. The paper assigns one span to each
    entity and trains the other K - N towards ∅ (`match_one_to_one`), so that near-identical spans
    get opposite targets (docs/results/training.md has what that costs).
    """
    num_spans, num_gold = cost.shape
    assignment = np.full(num_spans, UNMATCHED, dtype=np.int64)
    if num_gold == 0:
        return assignment
    share, extra = divmod(num_spans, num_gold)
    slots = np.tile(cost, (1, share + bool(extra)))
    slots[:, : share * num_gold] -= _PRIORITY
    rows, columns = linear_sum_assignment(slots)
    assignment[rows] = columns % num_gold
    return assignment


def match_one_to_one(cost: NDArray[np.float32]) -> NDArray[np.int64]:
    """Compute appendix A's π̂ from costs (K, N) as `match` has them: each entity gets one span.

    The paper pads the N entities to K with ∅, at no cost. A matching of K spans to N <= K entities
    alone, which costs at most 0 each, is the same.
    """
    assignment = np.full(len(cost), UNMATCHED, dtype=np.int64)
    rows, columns = linear_sum_assignment(cost)
    assignment[rows] = columns
    return assignment
