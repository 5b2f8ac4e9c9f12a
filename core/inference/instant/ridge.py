"""Weighted ridge regression from two sums that documents are added to and taken from.

S samples, F features, C targets.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


class Ridge:
    """W (F + 1, C) of min Σ w_s |x_sᵀ W - y_s|² + λ |W|², the last feature a constant 1.

    The sums are in double precision: what is added and taken back leaves them as they were but for
    its last digits.
    """

    def __init__(self, features: int, targets: int, penalty: float) -> None:
        self.penalty = penalty
        self.gram = torch.zeros(features + 1, features + 1, dtype=torch.float64)
        self.moments = torch.zeros(features + 1, targets, dtype=torch.float64)
        self._weights: Tensor | None = None

    def add(self, x: Tensor, y: Tensor, w: Tensor, sign: int = 1) -> None:
        """Add samples x (S, F), y (S, C) with the weights w (S,), or take them back with `sign`
        -1."""
        x = F.pad(x, (0, 1), value=1.0)
        weighted = (x * w[:, None]).t()
        self.gram += sign * (weighted @ x)
        self.moments += sign * (weighted @ y)
        self._weights = None

    def predict(self, x: Tensor) -> Tensor:
        """ŷ (S, C) for x (S, F)."""
        if self._weights is None:
            penalty = self.penalty * torch.eye(len(self.gram), dtype=torch.float64)
            factor = torch.linalg.cholesky(self.gram + penalty)
            self._weights = torch.cholesky_solve(self.moments, factor).float()
        return F.pad(x, (0, 1), value=1.0) @ self._weights

    def set_targets(self, columns: list[int | None]) -> None:
        """Keep the targets `columns` in their order; None is a new one that nothing was learnt
        of."""
        zero = torch.zeros(len(self.moments), dtype=torch.float64)
        kept = [zero if column is None else self.moments[:, column] for column in columns]
        self.moments = torch.stack(kept, 1) if kept else self.moments[:, :0]
        self._weights = None

    def merge_target(self, source: int, target: int) -> None:
        """Add the samples of one target to another's, and leave none to it."""
        self.moments[:, target] += self.moments[:, source]
        self.moments[:, source] = 0.0
        self._weights = None
