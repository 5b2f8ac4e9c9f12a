"""Which gold entity each noisy span is to become (appendix A)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

UNMATCHED = -1
_TAKEN_FIRST = 1e3
"""Far beyond any cost: the seats that every entity has are filled before the extra ones."""


def match(cost: NDArray[np.float32]) -> NDArray[np.int64]:
    """The assignment π̂ with the lowest total cost, by the Hungarian algorithm.

    `cost` is (K, N), each noisy span against each gold entity. Returns (K,): the gold index
    of each span, or UNMATCHED for the paper's ∅.

    All K spans are shared out, to each entity K / N of them, rounded down or up. The paper gives
    each entity one and teaches the other K - N nothing but ∅, so that near-identical spans are
    told opposite things (docs/results/training.md has what that costs).
    """
    num_spans, num_gold = cost.shape
    assignment = np.full(num_spans, UNMATCHED, dtype=np.int64)
    if num_gold == 0:
        return assignment
    share, extra = divmod(num_spans, num_gold)
    seats = np.tile(cost, (1, share + bool(extra)))
    seats[:, : share * num_gold] -= _TAKEN_FIRST
    rows, columns = linear_sum_assignment(seats)
    assignment[rows] = columns % num_gold
    return assignment
