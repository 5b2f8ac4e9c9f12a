"""Entities of other tools: the keys they get."""

from __future__ import annotations

import pytest

from storage.formats.labelled_spans import Mark, to_spans


@pytest.mark.timeout(60)  # with the square of the number it takes hours
def test_entities_without_a_key_get_a_free_one_in_linear_time() -> None:
    half = 30_000
    keyed = [Mark(at, at + 1, "A", key=f"e{half + 1 + at}") for at in range(half)]
    bare = [Mark(half + at, half + at + 1, "A") for at in range(half)]
    spans, _ = to_spans("x" * 2 * half, [*keyed, *bare])

    assert [span.key for span in spans] == [f"e{half + 1 + at}" for at in range(2 * half)]


def test_a_key_that_cannot_be_one_is_the_entitys_number() -> None:
    given = ["", "k", "k", "x" * 65, "a\nb", "e3"]
    spans, _ = to_spans("abcdef", [Mark(at, at + 1, "A", key=key) for at, key in enumerate(given)])

    assert [span.key for span in spans] == ["e1", "k", "e3", "e4", "e5", "e6"]
