"""Sinusoidal embeddings of timesteps and of word positions (Vaswani et al., 2017)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

_MAX_PERIOD = 10_000.0


def sinusoidal(values: Tensor, size: int) -> Tensor:
    """Embed values (…,) as (…, size): sines, then cosines, at geometrically spaced periods."""
    half = size // 2
    steps = torch.arange(half, device=values.device, dtype=torch.float32) / half
    frequencies = torch.exp(-math.log(_MAX_PERIOD) * steps)
    angles = values.to(torch.float32)[..., None] * frequencies
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


class Positions(nn.Module):
    """Positions of words and of noisy boundaries for the attention's queries and keys."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.place = nn.Sequential(nn.Linear(size, size), nn.ReLU(), nn.Linear(size, size))
        self.word_place = nn.Linear(size // 2, size)

    def words(self, index: Tensor) -> Tensor:
        """Encode word indices (M,) as (M, H)."""
        return self.word_place(sinusoidal(index, self.word_place.in_features))

    def forward(self, positions: Tensor) -> Tensor:
        """Encode noisy boundaries (B, K, 2), in words, as (B, K, H)."""
        return self.place(sinusoidal(positions, self.word_place.in_features).flatten(2))
