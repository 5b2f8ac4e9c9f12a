"""Linear layers in bfloat16 for inference on CPUs that multiply it in hardware (Intel's AMX)."""

from __future__ import annotations

from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..devices import has_bfloat16_matrices

_LEAST_FEATURES = 64
"""Narrower layers gain nothing."""
_ROWS = 32
"""Inputs are padded to a multiple of so many rows: torch's library for CPUs compiles a kernel for
every number of rows that it meets, and keeps it."""


class HalfLinear(nn.Linear):
    """A linear layer that, in inference, rounds its inputs and weights to bfloat16 and sums in
    float32; in training it is an ordinary one.

    Parameters and their names stay as they are. Beside the rounded weights, those of a file in
    half precision are held in it, without loss, until training asks for float32.
    """

    _rounded: tuple[int, Tensor, Tensor | None] | None = None
    """The version of the weights, and the rounded parameters."""

    def forward(self, input: Tensor) -> Tensor:
        """Return (…, out) in float32."""
        if torch.is_grad_enabled() or input.dtype != torch.float32 or input.device.type != "cpu":
            return F.linear(input, self.weight.to(input.dtype), self.bias)
        weight, bias = self._half()
        flat = input.reshape(-1, self.in_features)
        rows = -(-len(flat) // _ROWS) * _ROWS
        padded = flat.new_empty(rows, self.in_features, dtype=weight.dtype)
        padded[: len(flat)] = flat
        padded[len(flat) :] = 0.0
        product = F.linear(padded, weight, bias)[: len(flat)].float()
        return product.view(*input.shape[:-1], self.out_features)

    def train(self, mode: bool = True) -> Self:
        """Training changes float32 weights, in the same parameter."""
        if mode:
            self.weight.data = self.weight.data.float()
        return super().train(mode)

    def _half(self) -> tuple[Tensor, Tensor | None]:
        """The rounded parameters, which are computed again after a change."""
        if self._rounded is None or self._rounded[0] != self.weight._version:
            weight = self.weight.bfloat16()
            bias = None if self.bias is None else self.bias.bfloat16()
            if not self.training:
                _hold_half(self.weight)
            self._rounded = self.weight._version, weight, bias
        return self._rounded[1:]


def _hold_half(weight: Tensor) -> None:
    """Hold the weights in float16 if that changes none of them."""
    half = weight.data.half()
    if torch.equal(half.float(), weight.data):
        weight.data = half


def halve_linears(network: nn.Module) -> None:
    """Turn the network's larger linear layers into `HalfLinear`, on a CPU that gains by it."""
    if not has_bfloat16_matrices():
        return
    for module in network.modules():
        if type(module) is nn.Linear and min(module.weight.shape) >= _LEAST_FEATURES:
            module.__class__ = HalfLinear
