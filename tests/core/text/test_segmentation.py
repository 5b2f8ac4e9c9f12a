from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.segmentation import (
    Segment,
    Window,
    WindowLimits,
    segment,
    segments,
    sentences,
    stretches,
)
from core.text.tokenization import tokenize
from core.types import Token


def spoken(text: str) -> list[str]:
    tokens = tokenize(text)
    return [text[tokens[a].start : tokens[b - 1].end] for a, b in sentences(text, tokens)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n \n", []),
        ("no stop", ["no stop"]),
        ("One. Two.", ["One.", "Two."]),
        ("one line\nthe next\n\na third", ["one line", "the next", "a third"]),
        ("Mr. Smith met J. K. Rowling. She left.", ["Mr. Smith met J. K. Rowling.", "She left."]),
        ("In the U.S. Senate. Yes.", ["In the U.S. Senate.", "Yes."]),
        ("“Go!” Then he left.", ["“Go!”", "Then he left."]),
        ("“Why?” he asked.", ["“Why?” he asked."]),
        ("Well... and so. What?! No", ["Well... and so.", "What?!", "No"]),
        ("It is so (really.) Yes", ["It is so (really.)", "Yes"]),
        ("1. Introduction to it. 2 more.", ["1. Introduction to it.", "2 more."]),
        ("It cost 3.5 million.Yes", ["It cost 3.5 million.Yes"]),
        ("中国。“你好！”他说。", ["中国。", "“你好！”", "他说。"]),
        ("هل هذا صحيح؟ نعم.", ["هل هذا صحيح؟", "نعم."]),
        ("a\u2028b", ["a", "b"]),
    ],
)  # fmt: skip
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert spoken(text) == expected


@given(st.text(alphabet="aB1 .!?。”\"')\n…中", max_size=60))
def test_every_token_is_in_one_sentence_and_none_spans_a_line_break(text: str) -> None:
    tokens = tokenize(text)
    result = sentences(text, tokens)
    assert [i for a, b in result for i in range(a, b)] == list(range(len(tokens)))
    assert all("\n" not in text[tokens[a].start : tokens[b - 1].end] for a, b in result)


def words(count: int) -> str:
    return " ".join(["word"] * count)


def limits_of(
    limit: tuple[int, int], lengths: list[int] | None = None, max_subwords: int = 510
) -> WindowLimits:
    return WindowLimits(
        *limit, max_subwords, lambda words: [1] * len(words) if lengths is None else lengths
    )


limits = st.integers(1, 12).flatmap(lambda m: st.tuples(st.just(m), st.integers(0, m - 1)))
subwords = st.lists(st.integers(0, 7), max_size=40)


@given(subwords, limits, st.integers(1, 9))
def test_each_token_is_in_a_window_or_reported(
    lengths: list[int], limit: tuple[int, int], max_subwords: int
) -> None:
    result = segment(words(len(lengths)), limits_of(limit, lengths, max_subwords))
    covered = {token for w in result.windows for token in result.tokens[w.start : w.end]}
    assert covered | set(result.uncovered) == set(result.tokens)
    assert not covered & set(result.uncovered)
    assert all(w.start < w.end for w in result.windows)


@given(subwords, limits, st.integers(1, 9))
def test_no_window_exceeds_a_budget_and_what_does_is_reported(
    lengths: list[int], limit: tuple[int, int], max_subwords: int
) -> None:
    result = segment(words(len(lengths)), limits_of(limit, lengths, max_subwords))
    for w in result.windows:
        assert w.end - w.start <= limit[0]
        assert sum(lengths[w.start : w.end]) <= max_subwords
    beyond = [t for t, n in zip(result.tokens, lengths, strict=True) if n > max_subwords]
    assert list(result.uncovered) == beyond


@given(st.integers(0, 80), limits)
def test_neighbouring_windows_share_the_overlap(count: int, limit: tuple[int, int]) -> None:
    result = segment(words(count), limits_of(limit))
    for left, right in pairwise(result.windows):
        assert left.end - right.start == limit[1]


def test_windows_do_not_cross_a_line_break() -> None:
    text = "one two three\nfour five"
    assert segment(text, limits_of((10, 3))).windows == (Window(0, 3), Window(3, 5))


@pytest.mark.parametrize(("max_words", "overlap"), [(4, 4), (4, -1), (0, 0)])
def test_impossible_limits_are_refused(max_words: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="overlap"):
        limits_of((max_words, overlap))


def test_lengths_must_be_given_for_every_token() -> None:
    with pytest.raises(ValueError, match="one number a token: 2, got 1"):
        segment("a b", limits_of((10, 3), [1]))


@given(st.text(alphabet="aB. \n!中。”", max_size=60), st.integers(1, 12))
def test_stretches_hold_every_token_once_in_whole_sentences(text: str, size: int) -> None:
    tokens = tokenize(text)
    runs = list(stretches(text, tokens, size))
    assert tuple(token for run in runs for token in run) == tokens
    assert all(len(run) >= size for run in runs[:-1])
    apart = [(run[start], run[end - 1]) for run in runs for start, end in sentences(text, run)]
    assert apart == [(tokens[start], tokens[end - 1]) for start, end in sentences(text, tokens)]


@given(st.text(alphabet="aB. \n!中。”", max_size=60), limits, st.integers(1, 12))
def test_the_segments_of_a_text_have_the_windows_of_the_whole(
    text: str, limit: tuple[int, int], size: int
) -> None:
    def visible(result: Iterable[Segment]) -> list[tuple[Token, ...]]:
        return [part.tokens[w.start : w.end] for part in result for w in part.windows]

    whole = segment(text, limits_of(limit))
    assert visible(segments(text, limits_of(limit), size)) == visible([whole])
