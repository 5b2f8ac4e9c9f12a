"""Which gold entity each noisy span is to become (appendix A)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from core.config import Matching

UNMATCHED = -1


def match(cost: NDArray[np.float32], strategy: Matching) -> NDArray[np.int64]:
    """The assignment π̂ with the lowest total cost, by the Hungarian algorithm.

    `cost` is (K, N), each noisy span against each gold entity. Returns (K,): the gold index
    of each span, or UNMATCHED for the paper's ∅.

    `one_to_one` is the paper's: each entity takes one span, the other K - N are ∅.
    `balanced` shares the K spans out, to each entity at most K / N of them, rounded up, so
    that near-identical spans are not told opposite things: DiffusionNER learns several times
    faster by it.
    """
    num_spans, num_gold = cost.shape
    assignment = np.full(num_spans, UNMATCHED, dtype=np.int64)
    if num_gold == 0:
        return assignment
    shares = -(-num_spans // num_gold) if strategy == "balanced" else 1
    rows, columns = linear_sum_assignment(np.tile(cost, (1, shares)))
    assignment[rows] = columns % num_gold
    return assignment
