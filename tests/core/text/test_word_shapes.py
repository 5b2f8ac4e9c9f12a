from __future__ import annotations

import pytest

from core.text.word_shapes import SHAPES, shape_of


@pytest.mark.parametrize(
    ("word", "shape"),
    [
        ("the", "lower"), ("co-op", "lower"), ("Oslo", "capital"), ("O'neil", "capital"),
        ("NATO", "upper"), ("U.S.", "upper"), ("J.", "initial"), ("I", "initial"),
        ("iPhone", "mixed"), ("McLeod", "mixed"), ("42", "digits"), ("3rd", "number"),
        ("1,000", "number"), ("@al", "handle"), ("#win", "handle"), ("@", "other"),
        ("...", "other"), ("中", "lower"), ("Київ", "capital"), ("😀", "other"), ("", "other"),
    ],
)  # fmt: skip
def test_how_a_word_is_written_is_told_apart(word: str, shape: str) -> None:
    assert SHAPES[shape_of(word)] == shape
