"""Errors put into gold: as many as asked, of three kinds, and each knows the truth."""

from __future__ import annotations

from collections import Counter

from core.research.experiments.runs.seeding import with_errors
from core.types import Example, Span
from tests.core.tiny import SENTENCES

LABELS = ("LOC", "MISC", "ORG", "PER")
MANY = SENTENCES * 200


def test_about_the_share_is_spoilt_a_third_each_and_the_rest_is_as_it_was() -> None:
    seeded = with_errors(MANY, LABELS, 0.05, seed=0)
    kinds = Counter(entry.kind for item in seeded for entry in item)
    wrong = sum(count for kind, count in kinds.items() if kind)
    gold = sum(len(item.entities) for item in MANY)
    assert 0.035 < wrong / gold < 0.065
    assert min(kinds["moved"], kinds["renamed"], kinds["made up"]) > wrong / 5
    for example, item in zip(MANY, seeded, strict=True):
        stored = [entry.span for entry in item if entry.kind is None]
        assert set(stored) <= set(example.entities)
        assert {entry.truth for entry in item if entry.truth} | set(stored) == set(example.entities)


def test_every_error_is_what_its_kind_says_and_no_entity_of_gold() -> None:
    for example, error in zip(MANY, with_errors(MANY, LABELS, 1.0, seed=3), strict=True):
        locations = {(entity.start, entity.end) for entity in example.entities}
        for item in error:
            span, truth = item.span, item.truth
            assert span.end <= len(example.words)
            match item.kind:
                case "moved":
                    assert truth
                    assert span.label == truth.label
                    assert abs(span.start - truth.start) + abs(span.end - truth.end) == 1
                    assert (span.start, span.end) not in locations
                case "renamed":
                    assert truth
                    assert (span.start, span.end) == (truth.start, truth.end)
                    assert span.label != truth.label
                case "made up":
                    assert truth is None
                    assert (span.start, span.end) not in locations
                case _:
                    assert span in example.entities


def test_the_seed_decides_and_what_cannot_be_spoilt_stays() -> None:
    assert with_errors(MANY, LABELS, 0.2, 1) == with_errors(MANY, LABELS, 0.2, 1)
    assert with_errors(MANY, LABELS, 0.2, 1) != with_errors(MANY, LABELS, 0.2, 2)
    single = Example(("Oslo",), (Span(0, 1, "LOC"),))
    for seed in range(5):
        (personal,) = with_errors([single], ["LOC"], 1.0, seed)
        assert [item.span for item in personal] == list(single.entities)
