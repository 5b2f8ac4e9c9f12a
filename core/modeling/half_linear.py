"""Linear layers in bfloat16, on CPUs that are faster in it: Intel's with AMX and AMD's Zen 4."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers.activations import GELUActivation

from ..devices import has_bfloat16_matrices

_ACTIVATIONS = (nn.GELU, nn.ReLU, GELUActivation)
_LEAST_FEATURES = 64
"""Narrower layers gain nothing."""
_ROUNDED = (torch.float32, torch.bfloat16)
_ROWS = 32
"""Inputs are padded to a multiple of so many rows: torch's library for CPUs compiles a kernel for
every number of rows that it meets, and keeps it."""


class HalfLinear(nn.Linear):
    """A linear layer that rounds its inputs and weights to bfloat16 and sums in float32; so does
    its backward pass in training. In evaluation with gradients it is an ordinary one.

    Parameters, their gradients and their names stay as they are, and gradients and updates are in
    float32. Beside the rounded weights of inference, those of a file in half precision are held
    in it, without loss, until training asks for float32.
    """

    _rounded: tuple[int, Tensor, Tensor | None] | None = None
    """The version of the weights, and the rounded parameters."""
    _before_activation = False
    """Whether the output stays in bfloat16, since an activation and a `HalfLinear` follow: they
    round to it anyway."""

    def forward(self, input: Tensor) -> Tensor:
        """Return (…, out) in float32, or in bfloat16 before an activation."""
        on_cpu = input.device.type == "cpu" and input.dtype in _ROUNDED
        if not on_cpu or (torch.is_grad_enabled() and not self.training):
            return F.linear(input, self.weight.to(input.dtype), self.bias)
        weight, bias = self._in_bfloat16() if self.training else self._half()
        flat = input.reshape(-1, self.in_features)
        filled = flat.shape[0]
        rows = -(-filled // _ROWS) * _ROWS
        if rows != filled or flat.dtype != weight.dtype:
            padded = flat.new_empty(rows, self.in_features, dtype=weight.dtype)
            padded[:filled] = flat
            padded[filled:] = 0.0
            flat = padded
        product = F.linear(flat, weight, bias)[:filled]
        if not self._before_activation:
            product = product.float()
        return product.view(*input.shape[:-1], self.out_features)

    def train(self, mode: bool = True) -> Self:
        """Training changes float32 weights, in the same parameter, and not all of torch's
        optimizers count a version up: a fused update does not."""
        if mode:
            self.weight.data = self.weight.data.float()
            self._rounded = None
        return super().train(mode)

    def _half(self) -> tuple[Tensor, Tensor | None]:
        """The rounded parameters, which are computed again after a change."""
        if self._rounded is None or self._rounded[0] != self.weight._version:
            weight, bias = self._in_bfloat16()
            _hold_half(self.weight)
            self._rounded = self.weight._version, weight, bias
        return self._rounded[1:]

    def _in_bfloat16(self) -> tuple[Tensor, Tensor | None]:
        return self.weight.bfloat16(), None if self.bias is None else self.bias.bfloat16()


def _hold_half(weight: Tensor) -> None:
    """Hold the weights in float16 if that changes none of them; they stay such as can be taught."""
    with torch.inference_mode(False):
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
    for module in network.modules():
        for layer in _before_activations(module):
            layer._before_activation = True


def _before_activations(module: nn.Module) -> Iterator[HalfLinear]:
    """The layers that an activation and another such layer follow: in a sequence, and in the
    encoders of transformers that are made as BERT is."""
    layers: list[object] = list(module) if isinstance(module, nn.Sequential) else []
    if isinstance(inner := getattr(module, "intermediate", None), nn.Module):
        outer = getattr(module, "output", None)
        layers = [getattr(inner, name, None) for name in ("dense", "intermediate_act_fn")]
        layers.append(getattr(outer, "dense", None))
    for first, activation, second in zip(layers, layers[1:], layers[2:], strict=False):
        if (
            isinstance(first, HalfLinear)
            and isinstance(activation, _ACTIVATIONS)
            and isinstance(second, HalfLinear)
        ):
            yield first
