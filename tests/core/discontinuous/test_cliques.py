from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from core.discontinuous.cliques import entities_of, pairs_of
from core.discontinuous.records import FragmentedEntity, single_fragment
from core.types import Span

A, B, C = (Span(start, start + 1, "X") for start in (0, 2, 4))


def test_only_spans_of_one_label_that_do_not_overlap_are_asked_about() -> None:
    spans = [A, Span(0, 3, "X"), C, Span(6, 7, "Y")]
    assert pairs_of(spans) == [(0, 0), (1, 1), (2, 2), (3, 3), (0, 2), (1, 2)]


def test_a_fragment_may_belong_to_two_entities() -> None:
    predicted = {(0, 0): 0.1, (1, 1): 0.1, (2, 2): 0.1, (0, 1): 0.2, (0, 2): 0.9, (1, 2): 0.8}
    assert entities_of([A, B, C], predicted) == [
        FragmentedEntity(((0, 1), (4, 5)), "X"),
        FragmentedEntity(((2, 3), (4, 5)), "X"),
    ]


def test_three_that_all_belong_together_are_one_entity() -> None:
    predicted = dict.fromkeys(pairs_of([A, B, C]), 0.9) | {(i, i): 0.2 for i in range(3)}
    assert entities_of([A, B, C], predicted) == [FragmentedEntity(((0, 1), (2, 3), (4, 5)), "X")]


def test_a_fragment_that_is_an_entity_too_is_told_twice() -> None:
    predicted = dict.fromkeys(pairs_of([A, B]), 0.9) | {(1, 1): 0.2}
    assert entities_of([A, B], predicted) == [
        single_fragment(A),
        FragmentedEntity(((0, 1), (2, 3)), "X"),
    ]


def test_a_span_that_joins_no_other_stays_an_entity() -> None:
    assert entities_of([A, B], dict.fromkeys(pairs_of([A, B]), 0.1)) == [
        single_fragment(A),
        single_fragment(B),
    ]


@given(st.data())
def test_entities_are_the_maximal_cliques(data: st.DataObject) -> None:
    spans = [Span(2 * i, 2 * i + 1, "X") for i in range(6)]
    joined = data.draw(st.sets(st.sampled_from(list(combinations(range(6), 2)))))
    predicted = {pair: float(pair in joined) for pair in pairs_of(spans)}
    groups = [set(g) for size in range(1, 7) for g in combinations(range(6), size)]
    cliques = [g for g in groups if all(pair in joined for pair in combinations(sorted(g), 2))]
    best = [g for g in cliques if not any(g < other for other in cliques)]
    wanted = {tuple((2 * i, 2 * i + 1) for i in sorted(group)) for group in best}
    assert {item.fragments for item in entities_of(spans, predicted)} == wanted


def test_many_fragments_take_no_time() -> None:
    spans = [Span(2 * i, 2 * i + 1, "X") for i in range(60)]
    predicted = {(i, j): float(i % 3 != j % 3) for i, j in pairs_of(spans)}
    assert entities_of(spans, predicted)
