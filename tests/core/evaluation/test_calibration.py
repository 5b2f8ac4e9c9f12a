from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.calibration import JudgedCandidate, auroc, confidence_table, judge
from core.inference.decoding import Candidate
from core.types import Agreement, Confidence, Example, Span


def test_auroc_is_the_share_of_pairs_in_the_right_order_ties_counting_half() -> None:
    """Right: 0.9, 0.5, 0.2; wrong: 0.5, 0.1. Of six pairs four and a half are in order."""
    scores = [0.9, 0.5, 0.2, 0.5, 0.1]
    assert auroc(scores, [True, True, True, False, False]) == pytest.approx(4.5 / 6)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=30))
def test_auroc_equals_counting_every_pair(rows: list[tuple[int, bool]]) -> None:
    good = [score for score, right in rows if right]
    bad = [score for score, right in rows if not right]
    if not good or not bad:
        with pytest.raises(ValueError, match="right and wrong"):
            auroc([score for score, _ in rows], [right for _, right in rows])
        return
    pairs = sum((a > b) + (a == b) / 2 for a in good for b in bad)
    result = auroc([score for score, _ in rows], [right for _, right in rows])
    assert result == pytest.approx(pairs / (len(good) * len(bad)))


def candidate(start: int, score: float, label: str = "PER", **options: object) -> Candidate:
    values = {"left": 0.5, "right": 0.5, "type": 0.5, "since": 1, "support": 0.1, **options}
    return Candidate(start, start + 1, label, score, 1, 0, Confidence(**values))  # type: ignore[arg-type]


def test_a_suggestion_is_right_if_gold_has_it_and_is_not_judged_where_nobody_looked() -> None:
    example = Example(("a", "b", "c"), (Span(0, 1, "PER"),), frozenset({"PER"}))
    result = [candidate(0, 0.9), candidate(1, 0.8, "LOC"), candidate(2, 0.7), candidate(1, 0.3)]
    judged = judge([example], [result], threshold=0.5)
    assert [(item.candidate.start, item.correct) for item in judged] == [(0, True), (2, False)]


def test_the_table_has_a_row_for_each_signal_and_one_for_all_together() -> None:
    def rows(shift: int) -> list[JudgedCandidate]:
        return [
            JudgedCandidate(
                candidate(
                    i, 2.0, left=(i * 7 + shift) % 5 / 5, right=i % 2 - (i * 3) % 7 / 10,
                    since=None if i % 3 else 2,
                ),
                (i % 2 == 1) != (i % 5 == 0),
            )
            for i in range(60)
        ]  # fmt: skip

    table = {row["signal"]: row["auroc"] for row in confidence_table(rows(0), rows(1))}
    assert list(table) == ["score", "P^l", "P^r", "P^c", "since", "support", "all together"]
    assert table["score"] == table["support"] == 0.5
    assert table["P^r"] > 0.7
    assert table["all together"] == pytest.approx(table["P^r"], abs=0.1)


def test_signals_are_weighed_by_what_they_were_worth_on_the_development_data() -> None:
    """A signal that misleads alone helps once its sign is learnt."""
    rows = [JudgedCandidate(candidate(i, 0.7, support=i % 10), i % 10 < 4) for i in range(40)]
    table = {row["signal"]: row["auroc"] for row in confidence_table(rows, rows)}
    assert table["support"] == 0.0
    assert table["all together"] == 1.0


def test_agreements_take_part_where_an_ensemble_was_asked() -> None:
    rows = [
        JudgedCandidate(candidate(i, 0.7, agreement=Agreement(1.0, i % 2, 0.5)), i % 2 == 1)
        for i in range(10)
    ]
    table = {row["signal"]: row["auroc"] for row in confidence_table(rows, rows)}
    assert table["agreement: boundary"] == table["all together"] == 1.0
    assert table["agreement: existence"] == 0.5


def test_signals_that_nothing_was_suggested_to_weigh_by_teach() -> None:
    with pytest.raises(ValueError, match=r"development sentences .* take more"):
        confidence_table(
            [],
            [JudgedCandidate(candidate(0, 0.7), True), JudgedCandidate(candidate(1, 0.7), False)],
        )
