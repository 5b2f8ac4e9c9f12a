from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.metrics import (
    Count,
    Shares,
    as_table,
    nested_entities,
    percent,
    score,
    stored_shares,
)
from core.types import Example, Span

WORDS = ("Bank", "of", "China", "hired", "Ms.", "Haag", ".")
BANK, CHINA, HAAG = Span(0, 3, "ORG"), Span(2, 3, "LOC"), Span(4, 6, "PER")

spans = st.builds(
    lambda start, size, label: Span(start, min(start + size, 7), label),
    st.integers(0, 6), st.integers(1, 4), st.sampled_from(["PER", "ORG", "LOC"]),
)  # fmt: skip
sentence = st.frozensets(spans, max_size=6)


def test_the_hand_counted_sentence() -> None:
    """Gold ORG, LOC, PER; said: ORG right, LOC as ORG, PER a word short, and the PER of one."""
    predictions = [BANK, Span(2, 3, "ORG"), Span(5, 6, "PER"), Span(3, 4, "PER")]
    scores = score([(Example(WORDS, (BANK, CHINA, HAAG)), predictions)])
    assert scores.overall == Count(gold=3, predicted=4, correct=1)
    assert (scores.precision, scores.recall) == (1 / 4, 1 / 3)
    assert scores.f1 == pytest.approx(2 / 7)
    assert scores.per_label == {
        "LOC": Count(1, 0, 0),
        "ORG": Count(1, 2, 1),
        "PER": Count(1, 2, 0),
    }
    assert scores.boundaries == Count(3, 4, 2)
    assert scores.nested.recall == 1 / 2
    assert scores.flat.recall == 0
    assert scores.nested_sentences == scores.overall
    assert scores.flat_sentences == Count()


def test_counts_are_summed_over_sentences_before_dividing() -> None:
    pairs = [
        (Example(WORDS, (BANK, CHINA, HAAG)), [BANK, CHINA, HAAG]),
        (Example(WORDS, (HAAG,)), [BANK]),
        (Example(WORDS), []),
    ]
    scores = score(pairs)
    assert scores.sentences == 3
    assert scores.overall == Count(4, 4, 3)
    assert scores.nested_sentences == Count(3, 3, 3)
    assert scores.flat_sentences == Count(1, 1, 0)
    assert scores.flat == Count(2, 1, 1)


def test_a_label_nobody_looked_for_is_neither_right_nor_wrong() -> None:
    example = Example(WORDS, (BANK,), labels=frozenset({"ORG", "PER"}))
    scores = score([(example, [BANK, Span(3, 4, "MISC")])])
    assert scores.overall == Count(1, 1, 1)
    assert "MISC" not in scores.per_label
    assert scores.boundaries == Count(1, 1, 1)


def test_nothing_to_find_and_nothing_said_measures_nothing() -> None:
    scores = score([(Example(WORDS), [])])
    assert (scores.precision, scores.recall, scores.f1) == (None, None, None)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (Count(0, 0, 0), (None, None, None)),
        (Count(2, 0, 0), (None, 0, 0)),
        (Count(0, 2, 0), (0, None, 0)),
        (Count(4, 2, 1), (0.5, 0.25, 1 / 3)),
    ],
)
def test_nought_by_nought_is_undefined(count: Count, expected: Shares) -> None:
    assert (count.precision, count.recall, count.f1) == expected
    assert stored_shares(json.loads(json.dumps(count.to_json()))) == expected


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ({"precision": 1.0, "recall": 1.0, "f1": 1.0, "gold": 0, "predicted": 0}, (None,) * 3),
        ({"precision": 0.0, "recall": 0.0, "f1": 0.0, "gold": 2, "predicted": 0}, (None, 0, 0)),
        ({"precision": 0.0, "recall": 0.0, "f1": 0.0, "gold": 0, "predicted": 2}, (0, None, 0)),
        ({"precision": 0.5, "recall": 0.4, "f1": 0.44, "gold": 5}, (0.5, 0.4, 0.44)),
    ],
)
def test_scores_stored_before_undefined_ones_were_told_apart_are_read_by_their_counts(
    stored: dict[str, float], expected: Shares
) -> None:
    assert stored_shares(stored) == expected


@pytest.mark.parametrize(("share", "text"), [(None, "–"), (0.0, "0.00"), (0.12345, "12.35")])
def test_an_undefined_share_is_a_dash(share: float | None, text: str) -> None:
    assert percent(share) == text


def test_a_span_said_twice_counts_once() -> None:
    assert score([(Example(WORDS, (BANK,)), [BANK, BANK])]).overall == Count(1, 1, 1)


@given(st.lists(sentence, max_size=4))
def test_saying_exactly_the_gold_scores_one(golds: list[frozenset[Span]]) -> None:
    scores = score([(Example(WORDS, tuple(gold)), gold) for gold in golds])
    assert (scores.precision, scores.recall, scores.f1) == ((1,) * 3 if any(golds) else (None,) * 3)
    for part in (scores.nested, scores.flat, scores.boundaries):
        assert part.recall == (1 if part.gold else None)


@given(st.lists(st.tuples(sentence, sentence), max_size=4))
def test_swapping_gold_and_prediction_swaps_precision_and_recall(
    pairs: list[tuple[frozenset[Span], frozenset[Span]]],
) -> None:
    present = score([(Example(WORDS, tuple(a)), b) for a, b in pairs])
    back = score([(Example(WORDS, tuple(b)), a) for a, b in pairs])
    assert (present.precision, present.recall) == (back.recall, back.precision)
    assert present.f1 == back.f1


@given(st.lists(st.tuples(sentence, sentence), max_size=4))
def test_the_parts_add_up_to_the_whole(
    pairs: list[tuple[frozenset[Span], frozenset[Span]]],
) -> None:
    scores = score([(Example(WORDS, tuple(a)), b) for a, b in pairs])
    assert sum(scores.per_label.values(), Count()) == scores.overall
    assert scores.nested_sentences + scores.flat_sentences == scores.overall
    assert scores.nested.gold + scores.flat.gold == scores.overall.gold
    assert scores.nested.correct + scores.flat.correct == scores.overall.correct


@given(sentence)
def test_nested_means_sharing_a_word_with_another(gold: frozenset[Span]) -> None:
    by_hand = {a for a in gold for b in gold if a != b and a.start < b.end and b.start < a.end}
    assert nested_entities(gold) == by_hand


def test_the_json_form_is_plain_and_keeps_the_counts() -> None:
    record = json.loads(json.dumps(score([(Example(WORDS, (BANK, CHINA)), [BANK])]).to_json()))
    assert (record["precision"], record["recall"], record["gold"]) == (1.0, 0.5, 2)
    assert record["per_label"]["LOC"]["recall"] == 0
    assert (record["nested_recall"], record["flat_recall"]) == (0.5, None)


def test_the_table_shows_every_label_in_per_cent() -> None:
    table = as_table(score([(Example(WORDS, (BANK, CHINA, HAAG)), [BANK, HAAG])]))
    rows = {line[:22].strip(): line[22:].split() for line in table.splitlines()}
    assert rows["all"] == ["100.00", "66.67", "80.00", "3", "2", "2"]
    assert rows["LOC"] == ["–", "0.00", "0.00", "1", "0", "0"]
    assert rows["nested entities"] == ["50.00", "2", "1"]
    assert len({len(line) for line in table.splitlines()}) == 1


def test_what_is_undefined_is_a_dash_in_the_table_and_null_in_json() -> None:
    scores = score([(Example(WORDS, (HAAG,)), [Span(2, 3, "LOC")])])
    rows = {line[:22].strip(): line[22:].split() for line in as_table(scores).splitlines()}
    assert rows["all"] == ["0.00", "0.00", "0.00", "1", "1", "0"]
    assert rows["LOC"] == ["0.00", "–", "0.00", "0", "1", "0"]
    assert rows["PER"] == ["–", "0.00", "0.00", "1", "0", "0"]
    assert rows["sentences with nesting"] == ["–", "–", "–", "0", "0", "0"]
    assert len({len(line) for line in as_table(scores).splitlines()}) == 1
    record = json.loads(json.dumps(scores.to_json()))
    assert record["nested_recall"] is None
    assert record["per_label"]["PER"]["precision"] is None
