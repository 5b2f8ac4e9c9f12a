"""Patterns of tokens on our own words, by spaCy's matcher."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from core.integrations.token_patterns import PART, TokenPatterns
from core.text.tokenization import tokenize

DOSE = [{"LIKE_NUM": True}, {"LOWER": {"IN": ["mg", "g"]}}]


def matched(pattern: list[dict[str, Any]], text: str) -> list[str]:
    tokens = tokenize(text)
    words = [text[token.start : token.end] for token in tokens]
    return [
        text[tokens[start].start : tokens[end - 1].end]
        for start, end, number in TokenPatterns([(7, pattern)]).find(words)
        if number == 7
    ]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (DOSE, "Give 100 mg, then 2.5\nG or mg.", ["100 mg", "2.5\nG"]),
        ([{"SHAPE": "Xxxxx", "OP": "+"}], "Olena Kovalenko met Bo", ["Olena Kovalenko"]),
        ([{"TEXT": "New"}, {"IS_TITLE": True, "OP": "?"}], "New York, New", ["New York", "New"]),
        ([{"LOWER": "a"}, {}, {"LOWER": "b"}], "a x b a b", ["a x b"]),
        ([{"IS_PUNCT": True, "OP": "*"}], "a b", []),
    ],
)
def test_each_pattern_takes_its_longest_matches(
    pattern: list[dict[str, Any]], text: str, expected: list[str]
) -> None:
    assert sorted(matched(pattern, text)) == sorted(expected)


@pytest.mark.parametrize("before", [0, PART - 2, PART - 1, PART, 3 * PART + 7])
def test_a_match_is_found_once_wherever_a_long_text_is_cut(before: int) -> None:
    assert matched(DOSE, "x " * before + "100 mg" + " y" * 50) == ["100 mg"]


@pytest.mark.parametrize("before", [0, PART - 22, PART - 20, PART - 3, PART - 2, PART - 1, PART])
def test_a_match_is_the_longest_wherever_a_long_text_is_cut(before: int) -> None:
    title: list[dict[str, Any]] = [{"IS_TITLE": True, "OP": "+"}]

    assert matched(title, "x " * before + "Acid Rain Fell" + " y" * 50) == ["Acid Rain Fell"]


def test_matches_longer_than_a_part_do_not_overlap() -> None:
    words = ["Aa"] * (3 * PART)
    matches = list(TokenPatterns([(7, [{"IS_TITLE": True, "OP": "+"}])]).find(words))

    assert matches
    assert all(end <= start for (_, end, _), (start, _, _) in pairwise(matches))


def test_a_pattern_that_spacy_refuses_is_an_error() -> None:
    with pytest.raises(ValueError, match="FOO"):
        TokenPatterns([(1, [{"FOO": "a"}])])
