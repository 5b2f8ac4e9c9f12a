"""What the seeds of an ensemble agree on.

N candidates of a whole batch, E seeds.
"""

from __future__ import annotations

import torch
from torch import Tensor

from core.types import Agreement


def agreements(
    rows: Tensor, words: Tensor, types: Tensor, seed_scores: Tensor, threshold: float
) -> list[Agreement]:
    """The agreement on each candidate: its sentence `rows` (N,), inclusive boundaries `words`
    (N, 2), `types` (N,) and score with each seed (N, E), 0 where it never met the span. A seed
    says what reaches φ with it."""
    if not len(rows):
        return []
    left, right = words.unbind(-1)
    overlap = (rows[:, None] == rows) & (left[:, None] <= right) & (left <= right[:, None])
    said = (seed_scores >= threshold) & (seed_scores > 0)  # (N, E)
    existence, same_type = [], []
    for scores, there in zip(seed_scores.unbind(1), said.unbind(1), strict=True):
        rivals = torch.where(overlap & there, scores, -torch.inf)  # (N, N)
        exists = (overlap & there).any(1)
        existence.append(exists)
        same_type.append(exists & (types[rivals.argmax(1)] == types))
    found, same = torch.stack(existence, 1).sum(1), torch.stack(same_type, 1).sum(1)
    shares = (
        found / said.shape[1],
        said.float().mean(1),
        same / found.clamp(min=1),
    )
    return [Agreement(*each) for each in zip(*(share.tolist() for share in shares), strict=True)]
