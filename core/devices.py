"""Device helpers: choice of the device, its settings, and copies that do not block."""

from __future__ import annotations

import torch
from torch import Tensor

_BFLOAT16 = frozenset({"cuda"})
"""Device types that are faster in bfloat16; most CPUs are slower."""
_SHAPE_MULTIPLE = {"cuda": 8}
"""What the numbers of words and subwords of a batch are rounded up to. On CUDA attention's masks
and bfloat16 products want multiples of 8, and few shapes are planned and allocated again and
again."""


def best_device() -> str:
    """The fastest available device: cuda, mps or cpu."""
    if torch.cuda.is_available():
        _set_up_cuda()
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def device_of(name: str | torch.device) -> torch.device:
    """The device of that name; "auto" is the fastest. Raises ValueError if it is not available."""
    try:
        device = torch.device(best_device() if name == "auto" else name)
        torch.empty(1, device=device).tolist()  # "meta" has no values
    except (RuntimeError, AssertionError, NotImplementedError, TypeError) as error:
        count = torch.cuda.device_count()
        others = [f"cuda:{number}" for number in range(count)] if count else [best_device()]
        here = ", ".join(dict.fromkeys(["cpu", *others]))
        raise ValueError(
            f"device {str(name)!r} cannot be used, expected one that is here: {here}; "
            '"auto" takes the fastest'
        ) from error
    if device.type == "cuda":
        _set_up_cuda()
    return device


def _set_up_cuda() -> None:
    """Leave attention to torch's own kernels: cuDNN plans its kernel again for every new shape of
    a batch, which made a training step 2.9 times as long on an H200 (docs/results/speed.md)."""
    torch.backends.cuda.enable_cudnn_sdp(False)


def shape_multiple(device: torch.device) -> int:
    """What the number of words and of subwords of a batch is rounded up to; 1 on a CPU."""
    return _SHAPE_MULTIPLE.get(device.type, 1)


def mixed_precision(device: torch.device) -> torch.autocast:
    """Autocast for `device`: on CUDA, matrix products in bfloat16 and softmaxes, norms and sums in
    float32; elsewhere no change."""
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type in _BFLOAT16)


def has_bfloat16_matrices() -> bool:
    """Whether the CPU multiplies bfloat16 faster than float32: linear layers then take a third
    (Intel's AMX) or half (AVX-512 BF16 on AMD's Zen 4) of the time. Elsewhere they take twice to
    fourteen times as long, also with AVX-512 BF16 on an Intel CPU whose AMX is off."""
    capabilities: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    is_amd = str(capabilities.get("cpu_name")).startswith("AMD")
    return bool(capabilities.get("amx_bf16") or (is_amd and capabilities.get("avx512_bf16")))


def send(tensor: Tensor, device: torch.device) -> Tensor:
    """Copy a CPU tensor to the device. Pinned memory lets CUDA copy asynchronously; an ordinary
    copy would wait for all queued work."""
    if device.type != "cuda":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)
