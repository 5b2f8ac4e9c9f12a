"""Sinusoidal embeddings of timesteps and of word positions (Vaswani et al., 2017)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

_MAX_PERIOD = 10_000.0


def sinusoidal(values: Tensor, size: int) -> Tensor:
    """Embed values (…,) as (…, size): sines, then cosines, at geometrically spaced periods."""
    half = size // 2
    steps = torch.arange(half, device=values.device, dtype=torch.float32) / half
    frequencies = torch.exp(-math.log(_MAX_PERIOD) * steps)
    angles = values.to(torch.float32)[..., None] * frequencies
    return torch.cat([angles.sin(), angles.cos()], dim=-1)
