"""Which device a model runs on, and what a GPU is given: half the bits where they are enough, and
nothing waited for."""

from __future__ import annotations

import torch
from torch import Tensor

_HALF = frozenset({"cuda"})
"""Kinds of devices that are faster in bfloat16; a CPU is slower."""


def best_device() -> str:
    """cuda, mps or cpu: the fastest that is here."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def device_of(name: str | torch.device) -> torch.device:
    """The device of that name; "auto" is the fastest. Raises ValueError for one that is absent."""
    try:
        device = torch.device(best_device() if name == "auto" else name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        count = torch.cuda.device_count()
        others = [f"cuda:{number}" for number in range(count)] if count else [best_device()]
        here = ", ".join(dict.fromkeys(["cpu", *others]))
        raise ValueError(
            f"device {str(name)!r} cannot be used, expected one that is here: {here}; "
            'device="auto" takes the fastest'
        ) from error
    return device


def mixed_precision(device: torch.device) -> torch.autocast:
    """On CUDA matrices in bfloat16, softmaxes, norms and sums in float32; elsewhere no change."""
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type in _HALF)


def send(tensor: Tensor, device: torch.device) -> Tensor:
    """A CPU tensor on the device. Pinned memory lets CUDA copy while the program goes on; an
    ordinary copy would wait for all work queued there."""
    if device.type != "cuda":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)
