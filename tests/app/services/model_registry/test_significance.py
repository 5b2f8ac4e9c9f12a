"""Better, or chance: the paired bootstrap over documents."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.model_registry.significance import (
    Counts,
    Difference,
    Estimate,
    documents_needed,
    entities_needed,
    in_words,
    paired_bootstrap,
)


def of(*triples: tuple[int, int, int]) -> list[Counts]:
    return [Counts(*triple) for triple in triples]


def test_the_same_answers_are_equal_and_never_sure() -> None:
    same = of((3, 3, 2), (1, 2, 1), (4, 4, 4))
    result = paired_bootstrap(same, same)
    assert result.estimate == Estimate(difference=0, low=0, high=0, p=1)
    assert in_words(result, "A", "B") == "A and B score the same on 3 documents."


def test_a_model_that_is_better_everywhere_is_surely_better() -> None:
    result = paired_bootstrap(of(*[(5, 5, 2)] * 30), of(*[(5, 5, 4)] * 30))
    assert result.estimate is not None
    assert result.estimate.difference == pytest.approx(0.4)
    assert result.estimate.p < 0.001
    assert 0.39 < result.estimate.low <= result.estimate.high < 0.41
    assert in_words(result, "version 1", "version 2").startswith(
        "version 2 is significantly better than version 1: 40.0 points of F1 on 30 documents"
    )


def test_few_documents_tell_nothing_however_large_the_difference() -> None:
    result = paired_bootstrap(of((5, 5, 0)), of((5, 5, 5)))
    assert not result.sure
    assert "on 1 document this may be chance. If the difference stays, it takes about 5" in (
        in_words(result, "A", "B")
    )


def test_a_share_is_known_to_ten_points_from_97_entities_on_and_to_five_from_385() -> None:
    assert [entities_needed(margin) for margin in (0.1, 0.05)] == [97, 385]


@pytest.mark.parametrize(
    ("estimate", "documents", "needed"),
    [
        (Estimate(0.02, -0.02, 0.06, 0.3), 25, 100),  # half as wide with four times as many
        (Estimate(0.02, 0.01, 0.03, 0.01), 25, 25),
        (Estimate(1.0, 1.0, 1.0, 0.01), 1, 5),
        (Estimate(0.02, -0.001, 0.03, 0.06), 25, 26),
        (Estimate(0, -0.1, 0.1, 1), 25, None),
        (None, 25, None),
    ],
)
def test_the_documents_that_a_difference_takes_grow_with_its_interval(
    estimate: Estimate | None, documents: int, needed: int | None
) -> None:
    assert documents_needed(Difference(0.5, 0.6, estimate, documents)) == needed


def test_a_difference_that_hangs_on_one_document_of_many_is_chance() -> None:
    a, b = of(*[(5, 5, 4)] * 20), of((5, 5, 5), *[(5, 5, 4)] * 19)
    result = paired_bootstrap(a, b)
    assert result.estimate is not None
    assert result.estimate.low <= 0 < result.estimate.difference
    assert not result.sure


def test_a_difference_is_undefined_where_nothing_is_to_be_found_and_nothing_was() -> None:
    nothing, something = of(*[(0, 0, 0)] * 9), of(*[(0, 1, 0)] * 9)
    result = paired_bootstrap(nothing, something)
    assert (result.f1_a, result.f1_b, result.estimate) == (None, 0, None)
    assert not result.sure
    sentence = "F1 of A is undefined on 9 documents: there is no entity to find, and none was"
    assert in_words(result, "A", "B").startswith(sentence)
    assert "F1 of A and B is undefined" in in_words(paired_bootstrap(nothing, nothing), "A", "B")


def test_resamples_that_hold_nothing_to_find_make_nothing_sure() -> None:
    """The one document with an entity is missing from 38 of 100 resamples."""
    rest = [(0, 0, 0)] * 30
    result = paired_bootstrap(of((1, 0, 0), *rest), of((1, 1, 1), *rest))
    assert (result.f1_a, result.f1_b) == (0, 1)
    assert result.estimate is not None
    assert (result.estimate.low, result.estimate.high) == (0, 1)
    assert not result.sure


def test_the_same_seed_says_the_same() -> None:
    a, b = of((3, 2, 1), (4, 4, 2), (1, 3, 1)), of((3, 3, 3), (4, 2, 1), (1, 1, 1))
    assert paired_bootstrap(a, b, seed=3) == paired_bootstrap(a, b, seed=3)


def test_different_documents_are_refused() -> None:
    with pytest.raises(ValueError, match="same documents on both sides"):
        paired_bootstrap(of((1, 1, 1)), of((2, 1, 1)))
    with pytest.raises(ValueError, match="at least one"):
        paired_bootstrap([], [])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)), min_size=1))
def test_swapping_the_models_turns_the_difference_round(
    drawn: list[tuple[int, int, int]],
) -> None:
    a = [Counts(gold, message, min(gold, message, right)) for gold, message, right in drawn]
    b = [Counts(gold, message, 0) for gold, message, _ in drawn]
    present, back = (paired_bootstrap(*pair, resamples=200) for pair in ((a, b), (b, a)))
    leading, behind = present.estimate, back.estimate
    if leading is None or behind is None:
        assert leading is behind is None
        return
    assert leading.difference == -behind.difference
    assert (leading.low, leading.high) == pytest.approx((-behind.high, -behind.low))
    assert leading.p == behind.p
