"""Dequantise four-bit weights to floats.

Q4_0: 32 weights are a scale d (float16) and 16 bytes. Byte j holds weight j in its low nibble and
weight j + 16 in its high one; a nibble n stands for (n - 8) d.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLOCK = 32
"""Weights in a block."""
BLOCK_BYTES = 2 + BLOCK // 2

_LAYOUT = np.dtype([("scale", "<f2"), ("nibbles", "u1", (BLOCK // 2,))])


def dequantise(data: bytes | memoryview) -> NDArray[np.float32]:
    """Dequantise whole Q4_0 blocks to a flat array: 18 bytes give 32 weights."""
    if len(data) % BLOCK_BYTES:
        raise ValueError(
            f"Q4_0 blocks take {BLOCK_BYTES} bytes each, got {len(data)} bytes: the file is cut "
            "short or of another format; install its package again"
        )
    blocks = np.frombuffer(data, _LAYOUT)
    nibbles = blocks["nibbles"]
    signed = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=1).astype(np.float32) - 8
    weights: NDArray[np.float32] = signed * blocks["scale"].astype(np.float32)[:, None]
    return weights.reshape(-1)
