from __future__ import annotations

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.data.batching import EpochSampler, Gold, epoch_batches
from core.modeling.inference_batches import inference_batches
from core.types import Example, Span

lengths_of = st.lists(st.integers(1, 60), max_size=200)


@given(lengths_of, st.integers(1, 8), st.integers(0, 99))
def test_an_epoch_takes_every_example_once_in_full_batches(
    lengths: list[int], batch_size: int, seed: int
) -> None:
    batches = epoch_batches(lengths, batch_size, torch.Generator().manual_seed(seed))
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    assert len(batches) == -(-len(lengths) // batch_size)
    assert all(len(batch) <= batch_size for batch in batches)


def test_epochs_are_shuffled_by_the_seed_alone() -> None:
    lengths = [1 + row % 30 for row in range(300)]
    single, same, other = (
        epoch_batches(lengths, 8, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    )
    assert single == same
    assert single != other


def test_sentences_of_a_batch_are_of_like_length() -> None:
    lengths = [1 + (row * 7) % 60 for row in range(320)]
    padded = sum(
        max(lengths[row] for row in batch) * len(batch)
        for batch in epoch_batches(lengths, 16, torch.Generator().manual_seed(0))
    )
    assert padded / sum(lengths) < 1.1


sampler_of = st.builds(
    EpochSampler,
    main_lengths=st.lists(st.integers(1, 60), min_size=1, max_size=60),
    auxiliary_lengths=st.lists(st.integers(1, 60), max_size=60),
    batch_size=st.integers(1, 8),
    auxiliary_share=st.floats(0, 3),
    seed=st.integers(0, 99),
)


def auxiliary_rows(sampler: EpochSampler, epoch: int) -> list[int]:
    rows = [row for batch in sampler.batches(epoch) for row in batch]
    return [row for row in rows if row >= len(sampler.main_lengths)]


@given(sampler_of, st.integers(0, 9))
def test_every_main_sentence_comes_once_an_epoch_and_a_share_of_auxiliary_ones_beside(
    sampler: EpochSampler, epoch: int
) -> None:
    batches = sampler.batches(epoch)
    rows = sorted(row for batch in batches for row in batch)
    main, auxiliary = len(sampler.main_lengths), len(sampler.auxiliary_lengths)
    assert rows[:main] == list(range(main))
    assert len(rows) - main == min(round(sampler.auxiliary_share * main), auxiliary)
    assert len(set(rows)) == len(rows)
    assert max(rows) < main + auxiliary
    assert len(batches) == sampler.batches_per_epoch
    assert batches == sampler.batches(epoch)


@given(sampler_of, st.integers(1, 12))
def test_all_auxiliary_sentences_are_seen_before_one_is_seen_again(
    sampler: EpochSampler, epochs: int
) -> None:
    visible = Counter(row for epoch in range(epochs) for row in auxiliary_rows(sampler, epoch))
    first = len(sampler.main_lengths)
    times = [visible[first + row] for row in range(len(sampler.auxiliary_lengths))]
    assert not times or max(times) - min(times) <= 1


@given(lengths_of.filter(len), st.integers(1, 8), st.integers(0, 99), st.integers(0, 9))
def test_without_auxiliary_sentences_an_epoch_is_what_its_seed_shuffles(
    lengths: list[int], batch_size: int, seed: int, epoch: int
) -> None:
    sampler = EpochSampler(lengths, (), batch_size, 0.7, seed)
    generator = torch.Generator().manual_seed(seed * 10_007 + epoch)
    assert sampler.batches(epoch) == epoch_batches(lengths, batch_size, generator)


def test_each_epoch_has_other_auxiliary_sentences_and_another_order() -> None:
    sampler = EpochSampler([5] * 10, [5] * 20, 4, 0.5, seed=1)
    first, second = (set(auxiliary_rows(sampler, epoch)) for epoch in (0, 1))
    assert len(first) == len(second) == 5
    assert not first & second
    assert sampler.batches(0) != sampler.batches(4)
    assert sorted(auxiliary_rows(sampler, 0)) == sorted(auxiliary_rows(sampler, 4))


@given(lengths_of, st.sampled_from(["cpu", "cuda", "mps"]))
def test_an_inference_batch_has_no_more_subwords_than_suit_the_device(
    lengths: list[int], kind: str
) -> None:
    room = 20_480 if kind == "cuda" else 420
    batches = list(inference_batches(lengths, torch.device(kind)))
    rows = [row for batch in batches for row in batch]
    assert sorted(rows) == list(range(len(lengths)))
    assert [lengths[row] for row in rows] == sorted(lengths)
    sizes = [len(batch) * lengths[batch[-1]] for batch in batches]
    assert all(size <= room for size in sizes)
    nexts = [lengths[batch[0]] for batch in batches[1:]]
    full = [(len(b) + 1) * item > room for b, item in zip(batches, nexts, strict=False)]
    assert all(full)


def test_a_sentence_longer_than_a_batch_is_one() -> None:
    assert list(inference_batches([500, 3, 400], torch.device("cpu"))) == [[1], [2], [0]]


def test_gold_entities_become_inclusive_boundaries_padded_with_what_no_word_has() -> None:
    examples = [
        Example(("a", "b", "c"), (Span(0, 3, "ORG"), Span(2, 3, "LOC"))),
        Example(("a",), labels=frozenset({"LOC"})),
    ]
    gold = Gold.of(examples, ("LOC", "ORG"), torch.device("cpu"))
    assert gold.boundaries.tolist() == [[[0, 2], [2, 2]], [[-1, -1], [-1, -1]]]
    assert gold.types.tolist() == [[1, 0], [2, 2]]
    assert gold.counts == [2, 0]
    assert gold.unknown.tolist() == [[False, False, False], [False, True, False]]


def test_an_entity_whose_label_the_model_lacks_is_refused() -> None:
    example = Example(("a",), (Span(0, 1, "DRUG"),))
    with pytest.raises(ValueError, match="grow the model"):
        Gold.of([example], ("LOC",), torch.device("cpu"))
