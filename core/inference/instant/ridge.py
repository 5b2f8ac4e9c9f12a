"""Weighted ridge regression from two sums that samples are added to and taken from.

S samples, F features, C targets.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

_BLOCK = 192
"""Features whose products with all later ones are one multiplication: the others are the same."""


class Ridge:
    """W (F + 1, C) of min Σ w_s |x_sᵀ W - y_s|² + λ |W|², the last feature a constant 1.

    The sums are in double precision: what is added and taken back leaves them as they were but for
    its last digits.
    """

    def __init__(self, features: int, targets: int, penalty: float) -> None:
        self.penalty = penalty
        self.gram = torch.zeros(features + 1, features + 1, dtype=torch.float64)
        """Σ w_s x_s x_sᵀ above the diagonal and on it; below it nothing is read."""
        self.moments = torch.zeros(features + 1, targets, dtype=torch.float64)

    def add(self, x: Tensor, y: Tensor, w: Tensor, sign: int = 1) -> None:
        """Add samples x (S, F), y (S, C) with the weights w (S,), or take them back with `sign`
        -1."""
        features = x.shape[1]
        for start in range(0, features, _BLOCK):
            end = min(start + _BLOCK, features)
            products = x[:, start:end].t() @ x[:, start:]
            self.gram[start:end, start:features].add_(products, alpha=sign)
        heavier = (w != 1).nonzero()[:, 0]
        excess = x[heavier] * (w[heavier] - 1)[:, None]
        self.gram[:features, :features].add_(excess.t() @ x[heavier], alpha=sign)
        self.gram[:, features].add_(_with_total(x.t() @ w, w.sum()), alpha=sign)
        labelled = y.any(1).nonzero()[:, 0]
        weighted = y[labelled] * w[labelled, None]
        moments = _with_total(x[labelled].t() @ weighted, weighted.sum(0))
        self.moments.add_(moments, alpha=sign)

    def weights(self) -> Tensor:
        """W, in single precision."""
        penalty = self.penalty * torch.eye(len(self.gram), dtype=torch.float64)
        factor = torch.linalg.cholesky(self.gram + penalty, upper=True)
        return torch.cholesky_solve(self.moments, factor, upper=True).float()

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


def _with_total(sums: Tensor, total: Tensor) -> Tensor:
    """The sums of the features with that of the constant one."""
    return torch.cat([sums, total[None]])
