from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from core.inference.windows import merge
from core.text.segmentation import Window, WindowLimits, segment
from core.types import Span

limits = st.integers(1, 12).flatmap(lambda m: st.tuples(st.just(m), st.integers(0, m - 1)))
subwords = st.lists(st.integers(0, 7), max_size=40)


def windows(
    lengths: list[int], limit: tuple[int, int], max_subwords: int = 510
) -> tuple[Window, ...]:
    """The windows of one sentence whose words have these numbers of subwords."""
    text = " ".join(["word"] * len(lengths))
    return segment(text, WindowLimits(*limit, max_subwords, lambda words: lengths)).windows


def visible(window: Window, entity: Span, clipped: bool) -> Span | None:
    """What a reader who knows the truth says of an entity, looking through a window."""
    start, end = max(entity.start, window.start), min(entity.end, window.end)
    if start >= end or (not clipped and (start, end) != (entity.start, entity.end)):
        return None
    return Span(start - window.start, end - window.start, entity.label)


def responses(
    result: tuple[Window, ...], truth: set[Span], clipped: bool, draw: random.Random
) -> list[tuple[Window, list[tuple[Span, float]]]]:
    return [
        (
            w,
            [
                (local, 3 * draw.random())
                for e in sorted(truth)
                if (local := visible(w, e, clipped))
            ],
        )
        for w in result
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
    truth = {
        Span(start, start + size, label)
        for start, size, label in drawn
        if start + size <= count and size <= limit[1]
    }
    merged = merge(responses(windows([1] * count, limit), truth, clipped, draw))
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
    result = windows(lengths, limit, max_subwords)
    truth = {
        Span(start, start + size, "A")
        for start, size in drawn
        if any(w.start <= start and start + size <= w.end for w in result)
    }
    merged = merge(responses(result, truth, False, draw))
    assert [m.span for m in merged] == sorted(truth)


scored_spans = st.lists(
    st.tuples(st.integers(0, 9), st.integers(1, 5), st.sampled_from("AB"), st.integers(1, 12)),
    max_size=5,
)


@given(st.lists(scored_spans, min_size=2, max_size=4), st.integers(1, 12), st.integers(1, 12))
def test_what_scores_below_a_threshold_decides_nothing_above_it(
    drawn: list[list[tuple[int, int, str, int]]], low: int, high: int
) -> None:
    """So a filter by score gives what a prediction with that threshold gives."""
    low, high = sorted((low, high))

    def above(threshold: int) -> set[tuple[Span, float]]:
        per_window = []
        for number, spans in enumerate(drawn):
            best = {
                Span(start, start + size, label): float(score)
                for start, size, label, score in sorted(spans, key=lambda item: item[3])
                if start + size <= 10 and score >= threshold
            }
            per_window.append((Window(6 * number, 6 * number + 10), list(best.items())))
        return {(item.span, item.score) for item in merge(per_window)}

    assert above(high) == {(span, score) for span, score in above(low) if score >= high}


LEFT, RIGHT = Window(0, 10), Window(6, 16)


def test_an_entity_at_a_windows_edge_scores_what_the_window_that_sees_beyond_gives_it() -> None:
    (entity,) = merge([(LEFT, [(Span(8, 10, "A"), 0.9)]), (RIGHT, [(Span(2, 4, "A"), 0.4)])])
    assert (entity.span, entity.score, entity.window) == (Span(8, 10, "A"), 0.4, 1)


def test_a_window_that_predicts_two_entities_lets_another_predict_one_of_them() -> None:
    inner, outer = Span(7, 8, "A"), Span(7, 10, "B")
    merged = merge([(LEFT, [(inner, 0.6), (outer, 0.5)]), (RIGHT, [(Span(1, 4, "B"), 0.7)])])
    assert [(m.span, m.score) for m in merged] == [(inner, 0.5), (outer, 0.7)]


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
