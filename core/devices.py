"""What a GPU is given, and how: half the bits where they are enough, and nothing waited for."""

from __future__ import annotations

import torch
from torch import Tensor

_BFLOAT16 = frozenset({"cuda"})
"""Kinds of devices that are faster in bfloat16; a CPU is slower."""


def mixed_precision(device: torch.device) -> torch.autocast:
    """On CUDA matrices in bfloat16, softmaxes, norms and sums in float32; elsewhere no change."""
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type in _BFLOAT16)


def send(tensor: Tensor, device: torch.device) -> Tensor:
    """A CPU tensor on the device. Pinned memory lets CUDA copy while the program goes on; an
    ordinary copy would wait for all work queued there."""
    if device.type != "cuda":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)
