"""Errors put into gold: as many as asked, of three kinds, and each knows the truth."""

from __future__ import annotations

from collections import Counter

from core.research.experiments.seeding import with_errors
from core.types import Example, Span
from tests.core.tiny import SENTENCES

LABELS = ("LOC", "MISC", "ORG", "PER")
MANY = SENTENCES * 200


def test_about_the_share_is_spoilt_a_third_each_and_the_rest_is_as_it_was() -> None:
    seeded = with_errors(MANY, LABELS, 0.05, seed=0)
    kinds = Counter(each.kind for own in seeded for each in own)
    wrong = sum(count for kind, count in kinds.items() if kind)
    gold = sum(len(each.entities) for each in MANY)
    assert 0.035 < wrong / gold < 0.065
    assert min(kinds["moved"], kinds["renamed"], kinds["made up"]) > wrong / 5
    for example, own in zip(MANY, seeded, strict=True):
        kept = [each.span for each in own if each.kind is None]
        assert set(kept) <= set(example.entities)
        assert {each.truth for each in own if each.truth} | set(kept) == set(example.entities)


def test_every_error_is_what_its_kind_says_and_no_entity_of_gold() -> None:
    for example, own in zip(MANY, with_errors(MANY, LABELS, 1.0, seed=3), strict=True):
        places = {(each.start, each.end) for each in example.entities}
        for each in own:
            span, truth = each.span, each.truth
            assert span.end <= len(example.words)
            match each.kind:
                case "moved":
                    assert truth
                    assert span.label == truth.label
                    assert abs(span.start - truth.start) + abs(span.end - truth.end) == 1
                    assert (span.start, span.end) not in places
                case "renamed":
                    assert truth
                    assert (span.start, span.end) == (truth.start, truth.end)
                    assert span.label != truth.label
                case "made up":
                    assert truth is None
                    assert (span.start, span.end) not in places
                case _:
                    assert span in example.entities


def test_the_seed_decides_and_what_cannot_be_spoilt_stays() -> None:
    assert with_errors(MANY, LABELS, 0.2, 1) == with_errors(MANY, LABELS, 0.2, 1)
    assert with_errors(MANY, LABELS, 0.2, 1) != with_errors(MANY, LABELS, 0.2, 2)
    alone = Example(("Oslo",), (Span(0, 1, "LOC"),))
    for seed in range(5):
        (own,) = with_errors([alone], ["LOC"], 1.0, seed)
        assert [each.span for each in own] == list(alone.entities)
