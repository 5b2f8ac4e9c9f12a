from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.diffusion.boundaries import (
    best_boundaries,
    to_boundaries,
    to_half_open,
    to_inclusive,
    to_positions,
    to_signal,
)
from core.types import Span, key_of


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(1, 9)), min_size=1))
def test_spans_come_back_from_inclusive_boundaries(locations: list[tuple[int, int]]) -> None:
    spans = [Span(start, start + length, "PER") for start, length in locations]
    inclusive = to_inclusive(spans)
    assert all(
        last - first + 1 == span.end - span.start
        for (first, last), span in zip(inclusive, spans, strict=True)
    )
    back = to_half_open(torch.tensor(inclusive)).tolist()
    assert [(*location, "PER") for location in back] == [span.key for span in spans]
    assert [key_of(span) for span in spans] == [span.key for span in spans]


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_every_boundary_of_every_length_survives_the_round_trip(scale: float) -> None:
    for length in range(1, 513):
        location = torch.arange(length)
        first, last = torch.zeros_like(location), torch.full_like(location, length - 1)
        pairs = [(location, location), (first, location), (location, last)]
        boundaries = torch.cat([torch.stack(pair, dim=1) for pair in pairs])[None]
        lengths = torch.tensor([length])
        signal = to_signal(boundaries, lengths, scale)
        assert signal.abs().max() < scale
        assert torch.equal(to_boundaries(signal, lengths, scale), boundaries), length


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_every_span_of_sentences_in_one_batch_survives_the_round_trip(scale: float) -> None:
    lengths = torch.tensor([24, 7])
    spans = torch.combinations(torch.arange(7), with_replacement=True)
    both = torch.stack([spans + 17, spans])
    assert torch.equal(to_boundaries(to_signal(both, lengths, scale), lengths, scale), both)


@pytest.mark.parametrize(("scale", "ends"), [(1.0, [-0.75, 0.75]), (2.0, [-1.5, 1.5])])
def test_a_word_stands_at_the_middle_of_its_share_of_the_sentence(
    scale: float, ends: list[float]
) -> None:
    signal = to_signal(torch.tensor([[[0, 3]]]), torch.tensor([4]), scale)
    assert signal.flatten().tolist() == ends


def test_less_than_half_a_word_of_noise_changes_no_boundary() -> None:
    lengths = torch.tensor([10])
    boundaries = torch.tensor([[[2, 5]]])
    signal = to_signal(boundaries, lengths, 1.0)
    assert torch.equal(to_boundaries(signal + 0.49 * 2 / 10, lengths, 1.0), boundaries)
    assert torch.equal(to_boundaries(signal - 0.49 * 2 / 10, lengths, 1.0), boundaries)
    assert torch.equal(to_boundaries(signal + 0.51 * 2 / 10, lengths, 1.0), boundaries + 1)


def test_positions_are_continuous_and_word_i_stands_at_i() -> None:
    lengths = torch.tensor([5])
    exact = to_signal(torch.tensor([[[1, 3]]]), lengths, 2.0)
    assert to_positions(exact, lengths, 2.0).flatten().tolist() == pytest.approx([1, 3])
    half_a_word = torch.tensor([0.0, 0.4])
    moved = to_positions(exact + half_a_word, lengths, 2.0)
    assert moved.flatten().tolist() == pytest.approx([1, 3.5])


def test_noise_beyond_the_sentence_is_clamped_to_its_ends() -> None:
    signal = torch.tensor([[[-9.0, 9.0], [4.0, 9.0]]])
    assert to_boundaries(signal, torch.tensor([6]), 1.0).tolist() == [[[0, 5], [5, 5]]]
    assert to_positions(signal, torch.tensor([6]), 1.0).tolist() == [[[-0.5, 5.5], [5.5, 5.5]]]


@given(st.lists(st.floats(-4, 4), min_size=2, max_size=2), st.integers(1, 512))
def test_any_signal_is_a_span_inside_the_sentence(signal: list[float], length: int) -> None:
    words = to_boundaries(torch.tensor([[signal]]), torch.tensor([length]), 1.0)
    left, right = words.flatten().tolist()
    assert 0 <= left <= right < length
    crossed = to_boundaries(torch.tensor([[signal[::-1]]]), torch.tensor([length]), 1.0)
    assert torch.equal(words, crossed)


def test_the_best_boundaries_are_the_best_of_all_pairs_in_order() -> None:
    generator = torch.Generator().manual_seed(0)
    for length in range(1, 9):
        left = torch.randn(2, 20, length, generator=generator)
        right = torch.randn(2, 20, length, generator=generator)
        result = best_boundaries(left, right)
        for row in range(2):
            for slot in range(20):
                pairs = [(a, b) for a in range(length) for b in range(a, length)]
                expected = max(pairs, key=lambda p: left[row, slot, p[0]] + right[row, slot, p[1]])
                assert tuple(result[row, slot].tolist()) == expected


def test_the_best_boundaries_are_the_two_argmaxes_where_those_do_not_cross() -> None:
    left, right = torch.randn(2, 1, 50, 12, generator=torch.Generator().manual_seed(1)).unbind(0)
    apart = torch.stack([left.argmax(-1), right.argmax(-1)], dim=-1)
    agree = apart[..., 0] <= apart[..., 1]
    assert 0 < agree.sum() < agree.numel()
    assert torch.equal(best_boundaries(left, right)[agree], apart[agree])
