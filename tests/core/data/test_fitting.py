from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.fitting import fit_to_window
from core.modeling.model import DiffusionNER
from core.types import Example, Span
from tests.core.conftest import NewModel

WINDOW = 20
words = st.lists(
    st.sampled_from(["Bo", "met", "the", "x", "University" * 4]), min_size=1, max_size=90
)
starts = st.lists(st.tuples(st.integers(0, 89), st.integers(1, 8)), max_size=12)


@pytest.fixture(scope="module")
def model(new_model: NewModel) -> DiffusionNER:
    return new_model()


def numbered(count: int) -> tuple[str, ...]:
    return tuple(f"w{number}" for number in range(count))


def named(example: Example) -> list[tuple[tuple[str, ...], str]]:
    return [(example.words[entity.start : entity.end], entity.label) for entity in example.entities]


@settings(max_examples=60)
@given(words, starts)
def test_pieces_fit_the_window_and_hold_every_word_in_order(
    model: DiffusionNER, sentence: list[str], locations: list[tuple[int, int]]
) -> None:
    entities = {Span(a, a + n, "PER") for a, n in locations if a + n <= len(sentence)}
    example = Example(tuple(sentence), tuple(sorted(entities)), frozenset({"PER"}))
    pieces = fit_to_window(model, [example])
    for piece in pieces:
        assert 0 < len(piece.words) <= WINDOW
        assert sum(model.subwords.lengths(piece.words)) <= model.max_subwords - 2
        assert piece.labels == frozenset({"PER"})
    if _longest_chain(entities) <= WINDOW:
        assert tuple(chain.from_iterable(piece.words for piece in pieces)) == example.words
        assert sorted(chain.from_iterable(map(named, pieces))) == sorted(named(example))


def _longest_chain(entities: set[Span]) -> int:
    """Words of the longest run of entities that overlap one another."""
    longest, start, end = 0, 0, 0
    for entity in sorted(entities):
        if entity.start >= end:
            start = entity.start
        end = max(end, entity.end)
        longest = max(longest, end - start)
    return longest


def test_no_entity_is_cut_where_a_window_ends(model: DiffusionNER) -> None:
    entities = (Span(0, 3, "PER"), Span(17, 24, "ORG"), Span(22, 24, "LOC"))
    pieces = fit_to_window(model, [Example(numbered(50), entities)])
    assert [len(piece.words) for piece in pieces] == [17, 20, 13]
    assert pieces[1].entities == (Span(0, 7, "ORG"), Span(5, 7, "LOC"))


def test_what_fits_is_left_as_it_is(model: DiffusionNER) -> None:
    example = Example(numbered(20), (Span(0, 20, "ORG"),))
    assert fit_to_window(model, [example]) == [example]


def test_a_sentence_without_words_is_left_out(model: DiffusionNER) -> None:
    assert fit_to_window(model, [Example(())]) == []


def test_the_words_of_an_entity_longer_than_a_window_are_not_taught_as_no_entity(
    model: DiffusionNER,
) -> None:
    example = Example(numbered(60), (Span(5, 40, "ORG"), Span(50, 52, "PER")))
    pieces = fit_to_window(model, [example])
    assert [piece.words[0] for piece in pieces] == ["w0", "w40"]
    assert [named(piece) for piece in pieces] == [[], [(("w50", "w51"), "PER")]]


def test_what_lies_within_an_entity_longer_than_a_window_is_kept(model: DiffusionNER) -> None:
    inner = (Span(0, 2, "PER"), Span(12, 14, "LOC"), Span(48, 60, "LOC"))
    example = Example(numbered(70), (Span(0, 60, "ORG"), *inner, Span(60, 61, "PER")))
    pieces = fit_to_window(model, [example])
    assert [(piece.words[0], len(piece.words)) for piece in pieces] == [
        ("w0", 20),
        ("w40", 20),
        ("w60", 10),
    ]
    assert list(chain.from_iterable(map(named, pieces))) == named(example)[1:]
