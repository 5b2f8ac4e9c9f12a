"""Suggestions of rules beside a machine's: which stand where they contradict each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.suggestions.rules import RuleSpan, merged
from core.overlaps import conflict_rule
from core.types import Key, key_of
from storage.records import SpanRecord


def span(start: int, end: int, label: str = "LOC") -> SpanRecord:
    return SpanRecord(start, end, label, "suggested", 0.5, "model", f"m1.{start}-{end}{label}")


def by_rule(start: int, end: int, label: str = "LOC", rule_id: int = 1) -> RuleSpan:
    return RuleSpan(start, end, label, (rule_id,))


LONG, INNER, CROSSING = (0, 10), (4, 8), (8, 14)


@pytest.mark.parametrize(
    ("base", "rules", "flat", "nested"),
    [
        ([span(*LONG)], [by_rule(*INNER, "MISC")], ["m LOC"], ["m LOC", "r MISC"]),
        ([span(*INNER)], [by_rule(*LONG, "MISC")], ["r MISC"], ["m LOC", "r MISC"]),
        ([span(*LONG)], [by_rule(*LONG, "MISC")], ["r MISC"], ["r MISC"]),
        ([span(*LONG)], [by_rule(*LONG)], ["m LOC"], ["m LOC"]),
        ([span(*LONG)], [by_rule(*CROSSING, "MISC")], ["m LOC"], ["m LOC"]),
        ([span(*LONG)], [by_rule(*INNER)], ["m LOC"], ["m LOC"]),
        ([], [by_rule(*LONG, "MISC", 2), by_rule(*LONG, "LOC", 1)], ["r LOC"], ["r LOC"]),
        ([], [by_rule(*LONG), by_rule(*INNER)], ["r LOC"], ["r LOC"]),
        ([span(0, 4), span(6, 9)], [by_rule(2, 8, "MISC")], ["m LOC", "r MISC"][1:], ["r MISC"]),
    ],
)
def test_of_suggestions_that_contradict_each_other_the_longer_stands_then_the_rules(
    base: list[SpanRecord], rules: list[RuleSpan], flat: list[str], nested: list[str]
) -> None:
    def shown(*, is_flat: bool) -> list[str]:
        spans = merged(base, rules, flat=is_flat).spans
        return sorted(f"{span.source[0]} {span.label}" for span in spans)

    assert shown(is_flat=True) == flat
    assert shown(is_flat=False) == nested


PLACES = st.tuples(st.integers(0, 30), st.integers(1, 12), st.sampled_from("ABC"))


@given(
    st.sets(PLACES, max_size=8),
    st.dictionaries(PLACES, st.sets(st.integers(1, 5), min_size=1), max_size=12),
    st.booleans(),
)
def test_rules_add_nothing_that_contradicts_and_take_nothing_away_for_less(
    marked: set[Key], matched: dict[Key, set[int]], flat: bool
) -> None:
    base = [span(start, start + length, label) for start, length, label in sorted(marked)]
    rules = [
        RuleSpan(start, start + length, label, tuple(sorted(ids)))
        for (start, length, label), ids in matched.items()
    ]
    new = merged(base, rules, flat=flat)
    result = {key_of(record): record for record in new.spans}
    added = [record for record in new.spans if record.source == "rule"]
    conflicting = conflict_rule(flat)

    assert len(result) == len(new.spans) == len({record.key for record in new.spans})
    for record in added:
        for other in new.spans:
            same_place = (record.start, record.end) == (other.start, other.end)
            assert other is record or not (same_place or conflicting(record, other))
    for record in base:
        longest = [rule for rule in added if rule.end - rule.start >= record.end - record.start]
        assert record in new.spans or any(
            (rule.start, rule.end) == (record.start, record.end) or conflicting(rule, record)
            for rule in longest
        )
    assert {note.key for note in new.by_rules} >= {record.key for record in added}
    assert merged(base, reversed(rules), flat=flat) == new
