"""What is kept of sentences stays within its room, and what is asked for stays longest."""

from __future__ import annotations

import torch
from torch import Tensor

from core.inference.recent_sentences import RecentSentences

FIRST, SECOND, THIRD = ("Bo", "left"), ("Ada", "stayed"), ("Nobody",)
NUMBER = torch.zeros(1)
"""Four bytes."""


def test_what_was_not_asked_for_longest_makes_room() -> None:
    recent = RecentSentences[Tensor](max_bytes=2 * NUMBER.nbytes)
    recent.keep({FIRST: NUMBER, SECOND: NUMBER})
    recent.get([FIRST])
    recent.keep({THIRD: NUMBER})
    assert recent.get([FIRST, SECOND, THIRD]).keys() == {FIRST, THIRD}


def test_a_value_that_takes_anothers_place_needs_no_room_beside_it() -> None:
    recent = RecentSentences[Tensor](max_bytes=2 * NUMBER.nbytes)
    for _ in range(3):
        recent.keep({FIRST: NUMBER})
    recent.keep({SECOND: NUMBER})
    assert recent.get([FIRST, SECOND]).keys() == {FIRST, SECOND}


def test_what_is_larger_than_all_the_room_is_not_kept() -> None:
    recent = RecentSentences[Tensor](max_bytes=NUMBER.nbytes)
    recent.keep({FIRST: torch.zeros(2)})
    assert not recent.get([FIRST])
    recent.keep({SECOND: NUMBER})
    assert recent.get([SECOND])
