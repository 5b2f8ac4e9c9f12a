from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.pretrained.prune import choose_pieces
from tests.core.pretrained.packed import PIECES

_NEEDED = {index for index, piece in enumerate(PIECES) if len(piece) == 1 or piece[0] == "<"}


def test_specials_and_single_characters_come_first() -> None:
    assert set(choose_pieces(PIECES, frozenset(), len(_NEEDED))) == _NEEDED


def test_a_preferred_piece_goes_before_a_more_probable_one() -> None:
    stored = choose_pieces(PIECES, {"▁Paris"}, len(_NEEDED) + 2)
    assert {PIECES[index] for index in set(stored) - _NEEDED} == {"▁Paris", "▁in"}


def test_too_small_a_vocabulary_is_refused_with_the_smallest_that_fits() -> None:
    with pytest.raises(ValueError, match=f"ask for at least {len(_NEEDED)}"):
        choose_pieces(PIECES, frozenset(), len(_NEEDED) - 1)


@given(st.integers(len(_NEEDED), len(PIECES)), st.frozensets(st.sampled_from(PIECES)))
def test_as_many_ids_as_asked_for_rising_and_a_larger_vocabulary_holds_a_smaller(
    count: int, preferred: frozenset[str]
) -> None:
    stored = choose_pieces(PIECES, preferred, count)
    assert len(stored) == count
    assert stored == sorted(set(stored))
    assert set(stored) <= set(choose_pieces(PIECES, preferred, min(count + 1, len(PIECES))))
