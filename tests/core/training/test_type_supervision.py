from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from core.data.batching import Gold
from core.training.type_supervision import (
    all_spans,
    near_misses,
    random_spans,
    supervised_spans,
)
from core.types import Example, Span

WORDS = ("Bank", "of", "China", "grew")
NESTED = Example(WORDS, (Span(0, 3, "ORG"), Span(2, 3, "LOC")))
EMPTY = Example(WORDS)


def gold_of(*examples: Example) -> Gold:
    return Gold.of(examples, ("LOC", "ORG"), torch.device("cpu"))


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_near_misses_are_the_gold_spans_and_spans_up_to_two_words_off() -> None:
    lengths = torch.tensor([4, 4])
    spans, mask = near_misses(gold_of(NESTED, EMPTY), lengths, seeded())
    assert spans.shape == (2, 14, 2)
    assert spans[0, :2].tolist() == [[0, 2], [2, 2]]
    assert mask[:, :10].tolist() == [[True] * 10, [False] * 10]
    wide = Example(tuple("abcdefghijklmnop"), (Span(6, 11, "LOC"),))
    moved = near_misses(gold_of(wide), torch.tensor([16]), seeded())[0][0, :5]
    assert (moved - torch.tensor([6, 10])).abs().max() <= 2
    assert len({tuple(span) for span in moved.tolist()}) > 1


def test_near_misses_lie_inside_names_of_several_words() -> None:
    """Of the gold spans 0–2 and 2–2 only the first has an inside."""
    insides = set()
    for seed in range(60):
        spans, mask = near_misses(gold_of(NESTED), torch.tensor([4]), seeded(seed))
        assert mask[0, 10:12].tolist() == [True, False]
        insides.add(tuple(spans[0, 10].tolist()))
    assert insides == {(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)}


def test_near_misses_bridge_each_name_and_the_next() -> None:
    teams = Example(
        ("FC", "Barcelona", "beat", "Real", "Madrid", "."), (Span(0, 2, "ORG"), Span(3, 5, "ORG"))
    )
    spans, mask = near_misses(gold_of(teams, Example(teams.words)), torch.tensor([6, 6]), seeded())
    assert spans[0, 12].tolist() == [0, 4]
    assert mask[:, 12:].tolist() == [[True, False], [False, False]]


def test_random_spans_reach_every_span_of_a_sentence_and_no_other() -> None:
    drawn = torch.cat([random_spans(torch.tensor([3]), seeded(seed)) for seed in range(3)])
    assert {tuple(span) for span in drawn.flatten(0, 1).tolist()} == {
        *((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
    }


@given(lengths=st.lists(st.integers(1, 60), min_size=1, max_size=4))
def test_all_spans_of_a_sentence_up_to_25_words_are_given_once(lengths: list[int]) -> None:
    spans, mask = all_spans(torch.tensor(lengths), max(lengths))
    for count, row, valid in zip(lengths, spans, mask, strict=True):
        expected = [(left, right) for left in range(count) for right in range(left, count)]
        listed = [(left, right) for left, right in row[valid].tolist()]
        assert listed == [pair for pair in expected if pair[1] - pair[0] < 25]
        assert int(row.max()) < count


def test_proposed_spans_near_misses_and_random_ones_are_taught_in_this_order() -> None:
    """With the same random draws as each alone: near misses first."""
    proposed, lengths = torch.tensor([[[1, 3]], [[0, 0]]]), torch.tensor([4, 4])
    gold = gold_of(NESTED, EMPTY)
    words, present = supervised_spans(proposed, gold, lengths, seeded())
    generator = seeded()
    close, real = near_misses(gold, lengths, generator)
    anywhere = random_spans(lengths, generator)
    assert torch.equal(words, torch.cat([proposed, close, anywhere], 1))
    assert torch.equal(present[:, 1:15], real)
    assert bool(present[:, :1].all())
    assert bool(present[:, 15:].all())


@st.composite
def batches(draw: st.DrawFn) -> list[Example]:
    result = []
    for _ in range(draw(st.integers(1, 4))):
        count = draw(st.integers(1, 40))
        ends = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
        locations = draw(st.sets(ends.map(lambda pair: tuple(sorted(pair))), max_size=4))
        entities = tuple(sorted(Span(left, right + 1, "ORG") for left, right in locations))
        result.append(Example(("w",) * count, entities))
    return result


@given(batches(), st.integers(0, 99))
def test_every_taught_span_lies_in_its_sentence_and_every_entity_is_among_them(
    examples: list[Example], seed: int
) -> None:
    lengths = torch.tensor([len(item.words) for item in examples])
    proposed = torch.zeros(len(examples), 2, 2, dtype=torch.long)
    words, present = supervised_spans(proposed, gold_of(*examples), lengths, seeded(seed))
    assert words.shape[:2] == present.shape
    for spans, real, example in zip(words, present, examples, strict=True):
        trained = {tuple(span) for span in spans[real].tolist()}
        assert all(0 <= left <= right < len(example.words) for left, right in trained)
        assert {(item.start, item.end - 1) for item in example.entities} <= trained
        count = len(example.entities)
        insides = sum(entity.end - entity.start > 1 for entity in example.entities)
        assert int(real.sum()) == 2 + 5 * count + insides + max(0, count - 1) + 60
    assert words.min() >= 0  # what is not there is looked up all the same
    assert bool((words < lengths[:, None, None]).all())
