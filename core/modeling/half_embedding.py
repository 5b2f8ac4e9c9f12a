"""Word embeddings in half precision, as their file has them: the same vectors in half the memory.

They hold more than half of a small encoder's weights, and no training changes them
(`core.training.optimization`).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class HalfEmbedding(nn.Embedding):
    """A table in float16 that gives float32. Its weight is a buffer, under the same name: some
    encoders take the type of their first parameter for that of their states."""

    def forward(self, input: Tensor) -> Tensor:
        """Return (…, width) in float32."""
        return super().forward(input).float()


def halve_embedding(table: nn.Embedding) -> None:
    """Turn the table into a `HalfEmbedding` whose values are still to be loaded."""
    weight = torch.empty_like(table.weight, dtype=torch.float16)
    table.__class__ = HalfEmbedding
    del table.weight
    table.register_buffer("weight", weight)
