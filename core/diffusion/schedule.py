"""The noise schedule: forward q(x_t | x_0) and the DDIM step back.

alphas_cumprod[t] is ᾱ_t (equation 3), with ᾱ_0 = 1 for clean data, so that t runs over 1 … T as in
the paper and t_prev = 0 means "done".
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..config import ScheduleName

_COSINE_OFFSET = 0.008
_MAX_BETA = 0.999
_LINEAR_BETAS = (1e-4, 0.02)


def _betas(name: ScheduleName, timesteps: int) -> Tensor:
    if name == "linear":
        # The usual end points are for 1000 steps; fewer steps take larger ones.
        start, end = (beta * 1000 / timesteps for beta in _LINEAR_BETAS)
        return torch.linspace(start, end, timesteps, dtype=torch.float64).clamp(max=_MAX_BETA)
    grid = torch.linspace(0, 1, timesteps + 1, dtype=torch.float64)
    angle = (grid + _COSINE_OFFSET) / (1 + _COSINE_OFFSET) * math.pi / 2
    alphas_cumprod = angle.cos() ** 2
    return (1 - alphas_cumprod[1:] / alphas_cumprod[:-1]).clamp(max=_MAX_BETA)


class NoiseSchedule:
    """β_1 … β_T, ᾱ_0 … ᾱ_T, and the steps computed from them."""

    def __init__(self, name: ScheduleName, timesteps: int) -> None:
        self.timesteps = timesteps
        self.betas = _betas(name, timesteps)  # (T,), β_1 first
        products = torch.cumprod(1 - self.betas, dim=0)
        self.alphas_cumprod = torch.cat([torch.ones(1, dtype=torch.float64), products]).float()

    def q_sample(self, x_0: Tensor, t: Tensor, noise: Tensor) -> Tensor:
        """x_t = √ᾱ_t x_0 + √(1-ᾱ_t) ε (equation 4) for x_0, noise (B, K, 2) and t (B,)."""
        alpha = self.alphas_cumprod.to(x_0.device)[t][:, None, None]
        return alpha.sqrt() * x_0 + (1 - alpha).sqrt() * noise

    def ddim_pairs(self, steps: int) -> list[tuple[int, int]]:
        """(τ_i, τ_{i-1}) for i = γ … 1: from T to 0 in `steps` even strides.

        Raises ValueError unless 1 <= steps <= T.
        """
        if not 1 <= steps <= self.timesteps:
            raise ValueError(
                f"steps must lie between 1 and the model's T = {self.timesteps}, got {steps}"
            )
        tau = [i * self.timesteps // steps for i in range(steps + 1)]
        return list(zip(reversed(tau[1:]), reversed(tau[:-1]), strict=True))

    def ddim_step(
        self, x_t: Tensor, x_0: Tensor, t: int, t_prev: int, eta: float, noise: Tensor | None
    ) -> Tensor:
        """x_{τ_{i-1}} from x_{τ_i} and the predicted x̂_0 (equations 6 and 7), all (B, K, 2).

        `noise` is needed only where eta > 0; eta = 0 is the paper's deterministic step.
        """
        alpha, alpha_prev = self.alphas_cumprod[t], self.alphas_cumprod[t_prev]
        epsilon = (x_t - alpha.sqrt() * x_0) / (1 - alpha).sqrt()
        sigma = eta * ((1 - alpha_prev) / (1 - alpha) * (1 - alpha / alpha_prev)).clamp(0).sqrt()
        x_prev = alpha_prev.sqrt() * x_0 + (1 - alpha_prev - sigma**2).clamp(0).sqrt() * epsilon
        return x_prev if noise is None else x_prev + sigma * noise
