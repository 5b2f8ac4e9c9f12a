from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.pretrained.q4 import dequantise
from tests.core.pretrained.packed import block


def test_a_block_is_its_scale_times_nibbles_less_eight() -> None:
    # float16 0.5 is 0x3800; byte 0 holds weight 0 (low nibble, 0xF) and weight 16 (high, 0x1).
    data = bytes([0x00, 0x38, 0x1F, 0x80]) + bytes([0x88] * 14)
    weights = dequantise(data).tolist()
    assert weights[0] == 3.5  # (15 - 8) / 2
    assert weights[16] == -3.5  # (1 - 8) / 2
    assert weights[1] == -4.0  # (0 - 8) / 2
    assert weights[17] == 0.0  # (8 - 8) / 2
    assert weights[2:16] == [0.0] * 14
    assert len(weights) == 32


def test_a_negative_scale_turns_the_signs_round() -> None:
    assert dequantise(block(-0.25, [12] * 16 + [4] * 16)).tolist() == [-1.0] * 16 + [1.0] * 16


@given(st.lists(st.lists(st.integers(0, 15), min_size=32, max_size=32), min_size=1, max_size=4))
def test_blocks_stand_in_a_row_each_with_its_own_scale(rows: list[list[int]]) -> None:
    scales = [2.0**-index for index in range(len(rows))]
    data = b"".join(block(scale, row) for scale, row in zip(scales, rows, strict=True))
    expected = [(n - 8) * scale for scale, row in zip(scales, rows, strict=True) for n in row]
    assert dequantise(data).tolist() == expected


def test_half_a_block_is_refused() -> None:
    with pytest.raises(ValueError, match="18 bytes each, got 17"):
        dequantise(bytes(17))
