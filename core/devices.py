"""Device helpers: choice of the device, mixed precision on CUDA and copies that do not block."""

from __future__ import annotations

import torch
from torch import Tensor

_BFLOAT16 = frozenset({"cuda"})
"""Device types that are faster in bfloat16; a CPU is slower."""


def best_device() -> str:
    """The fastest available device: cuda, mps or cpu."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def device_of(name: str | torch.device) -> torch.device:
    """The device of that name; "auto" is the fastest. Raises ValueError if it is not available."""
    try:
        device = torch.device(best_device() if name == "auto" else name)
        torch.empty(1, device=device).tolist()  # "meta" has no values
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        count = torch.cuda.device_count()
        others = [f"cuda:{number}" for number in range(count)] if count else [best_device()]
        here = ", ".join(dict.fromkeys(["cpu", *others]))
        raise ValueError(
            f"device {str(name)!r} cannot be used, expected one that is here: {here}; "
            '"auto" takes the fastest'
        ) from error
    return device


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
