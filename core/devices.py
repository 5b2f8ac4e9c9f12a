"""Device helpers: mixed precision on CUDA and copies that do not block."""

from __future__ import annotations

import torch
from torch import Tensor

_BFLOAT16 = frozenset({"cuda"})
"""Device types that are faster in bfloat16; a CPU is slower."""


def mixed_precision(device: torch.device) -> torch.autocast:
    """Autocast for `device`: on CUDA, matrix products in bfloat16 and softmaxes, norms and sums in
    float32; elsewhere no change."""
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type in _BFLOAT16)


def send(tensor: Tensor, device: torch.device) -> Tensor:
    """Copy a CPU tensor to the device. Pinned memory lets CUDA copy asynchronously; an ordinary
    copy would wait for all queued work."""
    if device.type != "cuda":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)
