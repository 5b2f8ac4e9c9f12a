from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.pretrained.container import read_container
from tests.core.pretrained.packed import LAYERS, PIECES, SCORES, WIDTH, write_packed


def test_sizes_and_pieces_are_read_past_the_normaliser(tmp_path: Path) -> None:
    container = read_container(write_packed(tmp_path / "model.bin"))
    assert container.sizes.width == WIDTH
    assert container.sizes.layers == LAYERS
    assert container.pieces == PIECES
    assert container.scores == pytest.approx(SCORES)


def test_packed_and_plain_tensors_come_out_as_floats(tmp_path: Path) -> None:
    container = read_container(write_packed(tmp_path / "model.bin"))
    words = container.tensor("emb.word")
    assert words.dtype == np.float32
    assert len(words) == len(PIECES) * WIDTH
    scales = words.reshape(-1, 32)
    steps = scales / np.abs(scales).max(1, keepdims=True) * 8
    assert np.abs(scales).max() <= 0.8
    assert len(np.unique(steps.round(3))) > 15
    assert len(container.tensor("l2.oln.b")) == WIDTH


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"begins with b'GGUF', expected b'E5S1'"):
        read_container(write_packed(tmp_path / "model.bin", magic=b"GGUF"))


@pytest.mark.parametrize("size", [20, 60, 200, 500])
def test_a_file_cut_short_before_its_tensors_is_refused(tmp_path: Path, size: int) -> None:
    file = write_packed(tmp_path / "model.bin")
    file.write_bytes(file.read_bytes()[:size])
    with pytest.raises(ValueError, match=rf"got {size}: it is cut short"):
        read_container(file)


def test_a_file_without_its_last_number_is_refused(tmp_path: Path) -> None:
    file = write_packed(tmp_path / "model.bin")
    file.write_bytes(file.read_bytes()[:-4])
    with pytest.raises(ValueError, match=r"l2\.oln\.b should hold 32 numbers, got 31"):
        read_container(file).tensor("l2.oln.b")
