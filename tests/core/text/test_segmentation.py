from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.segmentation import Window, merge, sentences, stretches, uncovered, windows
from core.text.tokenization import tokenize
from core.types import Span, Token


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
    found = sentences(text, tokens)
    assert [i for a, b in found for i in range(a, b)] == list(range(len(tokens)))
    assert all("\n" not in text[tokens[a].start : tokens[b - 1].end] for a, b in found)


def words(count: int) -> tuple[str, tuple[Token, ...]]:
    text = " ".join(["word"] * count)
    return text, tokenize(text)


limits = st.integers(1, 12).flatmap(lambda m: st.tuples(st.just(m), st.integers(0, m - 1)))
subwords = st.lists(st.integers(0, 7), max_size=40)


@given(subwords, limits, st.integers(1, 9))
def test_each_token_is_owned_by_exactly_one_window(
    lengths: list[int], limit: tuple[int, int], max_subwords: int
) -> None:
    text, tokens = words(len(lengths))
    found = windows(text, tokens, *limit, lengths, max_subwords)
    assert [i for w in found for i in range(w.own_start, w.own_end)] == list(range(len(tokens)))
    assert all(w.start <= w.own_start < w.own_end <= w.end for w in found)


@given(subwords, limits, st.integers(1, 9))
def test_no_window_exceeds_a_budget_and_what_does_is_reported(
    lengths: list[int], limit: tuple[int, int], max_subwords: int
) -> None:
    text, tokens = words(len(lengths))
    found = windows(text, tokens, *limit, lengths, max_subwords)
    for w in found:
        assert w.end - w.start <= limit[0]
        assert w.too_long == (sum(lengths[w.start : w.end]) > max_subwords)
        assert not w.too_long or w.end == w.start + 1
    beyond = [t for t, n in zip(tokens, lengths, strict=True) if n > max_subwords]
    assert list(uncovered(found, tokens)) == beyond


@given(st.integers(0, 80), limits)
def test_neighbouring_windows_share_the_overlap(count: int, limit: tuple[int, int]) -> None:
    text, tokens = words(count)
    found = windows(text, tokens, *limit)
    for left, right in pairwise(found):
        assert left.end - right.start == limit[1]


def test_windows_do_not_cross_a_line_break() -> None:
    text = "one two three\nfour five"
    assert windows(text, tokenize(text), 10, 3) == (Window(0, 3, 0, 3), Window(3, 5, 3, 5))


@pytest.mark.parametrize(("max_words", "overlap"), [(4, 4), (4, -1), (0, 0)])
def test_impossible_limits_are_refused(max_words: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="overlap"):
        windows("", (), max_words, overlap)


def test_lengths_must_be_given_for_every_token() -> None:
    with pytest.raises(ValueError, match="one number a token: 2, got 1"):
        windows("a b", tokenize("a b"), lengths=[1])


def seen(window: Window, entity: Span, clipped: bool) -> Span | None:
    """What a reader who knows the truth says of an entity, looking through a window."""
    start, end = max(entity.start, window.start), min(entity.end, window.end)
    if start >= end or (not clipped and (start, end) != (entity.start, entity.end)):
        return None
    return Span(start - window.start, end - window.start, entity.label)


def answers(
    found: tuple[Window, ...], truth: set[Span], clipped: bool, draw: random.Random
) -> list[tuple[Window, list[tuple[Span, float]]]]:
    return [
        (w, [(local, 3 * draw.random()) for e in sorted(truth) if (local := seen(w, e, clipped))])
        for w in found
    ]


@given(
    st.integers(1, 60),
    limits,
    st.lists(st.tuples(st.integers(0, 59), st.integers(1, 12), st.sampled_from("AB")), max_size=15),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_perfect_answers_merge_back_to_exactly_the_truth(
    count: int,
    limit: tuple[int, int],
    drawn: list[tuple[int, int, str]],
    clipped: bool,
    draw: random.Random,
) -> None:
    """Also when each window shows the visible half of what its edge cuts."""
    text, tokens = words(count)
    truth = {
        Span(start, start + size, label)
        for start, size, label in drawn
        if start + size <= count and size <= limit[1]
    }
    merged = merge(answers(windows(text, tokens, *limit), truth, clipped, draw))
    assert [m.span for m in merged] == sorted(truth)


@given(
    subwords,
    limits,
    st.integers(1, 9),
    st.lists(st.tuples(st.integers(0, 39), st.integers(1, 12)), max_size=15),
    st.randoms(use_true_random=False),
)
def test_nothing_is_lost_that_some_window_sees_whole(
    lengths: list[int],
    limit: tuple[int, int],
    max_subwords: int,
    drawn: list[tuple[int, int]],
    draw: random.Random,
) -> None:
    text, tokens = words(len(lengths))
    found = windows(text, tokens, *limit, lengths, max_subwords)
    truth = {
        Span(start, start + size, "A")
        for start, size in drawn
        if any(w.start <= start and start + size <= w.end for w in found)
    }
    merged = merge(answers(found, truth, False, draw))
    assert [m.span for m in merged] == sorted(truth)


LEFT, RIGHT = Window(0, 10, 0, 8), Window(6, 16, 8, 16)


def test_what_both_windows_see_is_taken_once_at_its_higher_score() -> None:
    (entity,) = merge([(LEFT, [(Span(7, 9, "A"), 2.0)]), (RIGHT, [(Span(1, 3, "A"), 2.5)])])
    assert (entity.span, entity.score, entity.window, entity.index) == (
        Span(7, 9, "A"), 2.5, 1, 0,
    )  # fmt: skip


def test_half_an_entity_gives_way_to_the_window_that_sees_it_whole() -> None:
    merged = merge([(LEFT, [(Span(8, 10, "A"), 2.9)]), (RIGHT, [(Span(2, 5, "A"), 2.1)])])
    assert [m.span for m in merged] == [Span(8, 11, "A")]


def test_windows_that_disagree_within_the_overlap_do_not_double_an_entity() -> None:
    merged = merge([(LEFT, [(Span(7, 9, "A"), 2.9)]), (RIGHT, [(Span(1, 3, "B"), 2.1)])])
    assert [m.span for m in merged] == [Span(7, 9, "A")]


def test_an_entity_that_only_one_window_noticed_is_kept() -> None:
    merged = merge([(LEFT, []), (RIGHT, [(Span(1, 3, "B"), 2.1)])])
    assert [m.span for m in merged] == [Span(7, 9, "B")]


@given(st.text(alphabet="aB. \n!中。”", max_size=60), st.integers(1, 12))
def test_stretches_hold_every_token_once_in_whole_sentences(text: str, size: int) -> None:
    tokens = tokenize(text)
    runs = list(stretches(text, tokens, size))
    assert tuple(token for run in runs for token in run) == tokens
    assert all(len(run) >= size for run in runs[:-1])
    apart = [(run[start], run[end - 1]) for run in runs for start, end in sentences(text, run)]
    assert apart == [(tokens[start], tokens[end - 1]) for start, end in sentences(text, tokens)]
