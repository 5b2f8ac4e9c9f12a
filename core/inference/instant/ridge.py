"""Weighted ridge regression from two sums that samples are added to and taken from.

S samples, F features, C targets.
"""

from __future__ import annotations

from collections.abc import Sequence

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

    def add(self, x: Tensor, y: Tensor, w: Tensor, sign: int = 1) -> None:
        """Add samples x (S, F), y (S, C) with the weights w (S,), or take them back with `sign`
        -1."""
        x = F.pad(x, (0, 1), value=1.0)
        weighted = (x * w[:, None]).t()
        self.gram.add_(weighted @ x, alpha=sign)
        self.moments.add_(weighted @ y, alpha=sign)

    def weights(self) -> Tensor:
        """W, in single precision."""
        penalty = self.penalty * torch.eye(len(self.gram), dtype=torch.float64)
        factor = torch.linalg.cholesky(self.gram + penalty)
        return torch.cholesky_solve(self.moments, factor).float()

    def predict(self, x: Tensor) -> Tensor:
        """ŷ (S, C) for x (S, F)."""
        return F.pad(x, (0, 1), value=1.0) @ self.weights()

    def set_targets(self, columns: Sequence[int | None]) -> None:
        """Keep the targets `columns` in their order; None is a new one that nothing was learnt
        of."""
        zero = torch.zeros(len(self.moments), dtype=torch.float64)
        moments = [zero if column is None else self.moments[:, column] for column in columns]
        self.moments = torch.stack(moments, 1) if moments else self.moments[:, :0]

    def merge_targets(self, targets: Sequence[int]) -> None:
        """Make target i part of the target `targets[i]` of fewer: samples add up."""
        merged = self.moments.new_zeros(len(self.moments), len(set(targets)))
        self.moments = merged.index_add_(1, torch.tensor(targets, dtype=torch.long), self.moments)
