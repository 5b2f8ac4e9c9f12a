from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.overlaps import conflict_rule, cross, overlap
from core.types import Token

stretches = st.tuples(st.integers(0, 8), st.integers(1, 8)).map(lambda at: Token(at[0], sum(at)))


@pytest.mark.parametrize(
    ("other", "overlaps", "crosses"),
    [
        (Token(0, 2), False, False),
        (Token(1, 3), True, True),
        (Token(2, 3), True, False),
        (Token(2, 5), True, False),
        (Token(0, 9), True, False),
        (Token(4, 6), True, True),
        (Token(5, 6), False, False),
    ],
)
def test_what_lies_within_overlaps_and_what_sticks_out_crosses(
    other: Token, overlaps: bool, crosses: bool
) -> None:
    here = Token(2, 5)
    assert (overlap(here, other), cross(here, other)) == (overlaps, crosses)


@given(stretches, stretches)
def test_words_tell_the_same(first: Token, other: Token) -> None:
    here, present = set(range(first.start, first.end)), set(range(other.start, other.end))
    assert overlap(first, other) == bool(here & present)
    assert cross(first, other) == all((here & present, here - present, present - here))


def test_flat_entities_may_not_overlap_and_nested_ones_not_cross() -> None:
    assert (conflict_rule(flat=True), conflict_rule(flat=False)) == (overlap, cross)
