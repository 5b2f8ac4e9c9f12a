from __future__ import annotations

from typing import get_args

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from core.config import Expansion
from core.diffusion.expansion import expand, random_spans


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def gold_signals(count: int, scale: float) -> Tensor:
    locations = torch.linspace(-0.9, 0.8, count) if count else torch.empty(0)
    return torch.stack([locations, locations + 0.1], dim=1) * scale


def times_there(span: Tensor, spans: Tensor) -> int:
    return int((spans == span).all(-1).sum())


@given(
    st.integers(0, 12),
    st.integers(1, 30),
    st.sampled_from(get_args(Expansion)),
    st.sampled_from([1.0, 2.0]),
)
def test_any_number_of_entities_becomes_k_ordered_spans_with_all_that_fit_among_them(
    count: int, num_spans: int, strategy: Expansion, scale: float
) -> None:
    gold = gold_signals(count, scale)
    spans = expand(gold, num_spans, strategy, 6, scale, generator())
    assert spans.shape == (num_spans, 2)
    assert spans.abs().max() <= scale
    assert bool((spans[:, 0] <= spans[:, 1]).all())
    held = sum(times_there(entity, spans) > 0 for entity in gold)
    assert held == min(count, num_spans)


@pytest.mark.parametrize("strategy", get_args(Expansion))
def test_the_same_seed_gives_the_same_spans_and_another_seed_others(strategy: Expansion) -> None:
    gold = gold_signals(9, 1.0)
    first, same, other = (expand(gold, 6, strategy, 6, 1.0, generator(s)) for s in (3, 3, 4))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_repetition_repeats_the_entities_in_turn() -> None:
    gold = gold_signals(3, 1.0)
    spans = expand(gold, 8, "repetition", 6, 1.0, generator())
    assert torch.equal(spans, gold[[0, 1, 2, 0, 1, 2, 0, 1]])


def test_random_adds_spans_that_are_no_entities() -> None:
    gold = gold_signals(3, 1.0)
    spans = expand(gold, 10, "random", 6, 1.0, generator())
    assert [times_there(entity, spans) for entity in gold] == [1, 1, 1]
    assert len({tuple(span) for span in spans.tolist()}) == 10


@pytest.mark.parametrize(("num_spans", "item"), [(40, 6), (20, 3), (6, 1), (4, 1)])
def test_mixed_gives_the_entities_at_most_half_of_the_spans(num_spans: int, item: int) -> None:
    gold = gold_signals(3, 1.0)
    spans = expand(gold, num_spans, "mixed", 6, 1.0, generator())
    assert [times_there(entity, spans) for entity in gold] == [item] * 3


def test_random_spans_fill_the_signal_space_from_end_to_end() -> None:
    spans = random_spans(2000, 2.0, generator())
    assert spans.min() == -2.0
    assert spans.max() == 2.0
    assert spans.mean().item() == pytest.approx(0.0, abs=0.1)
    inside = spans[(spans.abs() < 2.0).all(-1)]
    assert len(inside) > 700
