"""Whether a training has diverged, by its losses."""

from __future__ import annotations

import math
from collections import deque
from statistics import median

_WINDOW = 21
"""Steps whose median is compared: a single hard batch is no divergence."""
_FACTOR, _FLOOR = 10.0, 1.0
"""Diverged: a median above `_FACTOR` times the lowest one so far, and above `_FLOOR`, since a
corpus learnt by heart has losses near 0 that a few batches multiply."""


class TrainingDivergedError(ValueError):
    """The losses are not finite, or far above what they were."""

    exit_status = 1


class DivergenceMonitor:
    """Watches the total loss of every step."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=_WINDOW)
        self._lowest = math.inf

    def check(self, step: int, loss: float, comparable: bool = True) -> None:
        """Raises TrainingDivergedError with the step and the loss.

        Batches without entities are not `comparable`: they have hardly any loss, so that a median
        over both kinds would leap from one to the other.
        """
        if not math.isfinite(loss):
            raise TrainingDivergedError(f"training diverged in step {step}: the loss is {loss}")
        if not comparable:
            return
        self._recent.append(loss)
        if len(self._recent) < _WINDOW:
            return
        level = median(self._recent)
        self._lowest = min(self._lowest, level)
        if level > max(_FACTOR * self._lowest, _FLOOR):
            raise TrainingDivergedError(
                f"training diverged before step {step}: the median loss of {_WINDOW} steps is "
                f"{level:.3g}, and was {self._lowest:.3g}"
            )
