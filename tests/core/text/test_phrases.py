"""Phrases of a long list, found in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.phrases import MAX_WORDS, PhraseList

WORDS = st.sampled_from(["a", "b", "A", "ab", "."])


@given(
    st.lists(st.lists(WORDS, min_size=1, max_size=4), max_size=12),
    st.lists(WORDS, max_size=30),
)
def test_exactly_the_places_where_a_phrase_stands_are_found(
    phrases: list[list[str]], words: list[str]
) -> None:
    expected = {
        (start, start + len(phrase), number)
        for number, phrase in enumerate(phrases)
        for start in range(len(words))
        if words[start : start + len(phrase)] == phrase
    }
    matches = list(PhraseList(enumerate(phrases)).find(words))

    assert len(matches) == len(set(matches))
    assert set(matches) == expected
    assert [match[0] for match in matches] == sorted(match[0] for match in matches)


@pytest.mark.parametrize("length", [0, MAX_WORDS + 1])
def test_a_phrase_has_words_and_not_too_many(length: int) -> None:
    with pytest.raises(ValueError, match=f"1 to {MAX_WORDS} words, got {length}"):
        PhraseList([(1, ["a"] * length)])


@pytest.mark.parametrize(
    ("phrase", "words", "expected"),
    [
        (["dr", ".", "dre"], ["dr.", "dre"], [(0, 2, 1)]),
        (["dr.", "dre"], ["dr", ".", "dre"], [(0, 3, 1)]),
        (["Smith", "J", "."], ["Smith", "J.", "wrote"], [(0, 2, 1)]),
        (["Fig", "."], ["see", "Fig.", "3"], [(1, 2, 1)]),
        (["Fig"], ["see", "Fig.", "3"], []),
        (["...", "a"], ["..", ".", "a"], []),
    ],
)
def test_it_does_not_matter_whether_a_full_stop_was_cut_off(
    phrase: list[str], words: list[str], expected: list[tuple[int, int, int]]
) -> None:
    assert list(PhraseList([(1, phrase)]).find(words)) == expected


class CountingWords(list[str]):
    """Words that count how often a stretch of them is looked at."""

    lookups = 0

    def __getitem__(self, index: object) -> object:  # type: ignore[override]
        self.lookups += 1
        return super().__getitem__(index)  # type: ignore[call-overload]


def test_a_hundred_thousand_phrases_cost_a_text_no_more_than_one_does() -> None:
    words = CountingWords(f"w{number % 700}" for number in range(20_000))
    phrases = [(number, [f"w{number}", "and", "more"]) for number in range(100_000)]

    assert list(PhraseList(phrases).find(words)) == []
    assert words.lookups <= len(words)


def test_a_word_of_a_text_costs_no_more_than_the_longest_phrase() -> None:
    words = CountingWords(["a"] * 1_000)
    phrases = [(length, ["a"] * length) for length in range(1, MAX_WORDS + 1)]

    assert sum(1 for _ in PhraseList(phrases).find(words)) == MAX_WORDS * 1_000 - 190
    assert words.lookups <= MAX_WORDS * len(words)
