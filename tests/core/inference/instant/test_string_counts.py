from __future__ import annotations

from collections import Counter

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.inference.instant.ngram_counts import MAX_WORDS, NgramCounts
from core.inference.instant.string_counts import Occurrences, StringCounts
from core.types import Span
from tests.thorough import examples

EncodedBatch = tuple[tuple[str, ...], tuple[Span, ...]]
WORDS = ("a", "A", "b", "c")


@st.composite
def sentences(draw: st.DrawFn) -> EncodedBatch:
    words = tuple(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6)))
    count = draw(st.integers(0, 3))
    spans = set()
    for _ in range(count):
        start = draw(st.integers(0, len(words) - 1))
        end = draw(st.integers(start + 1, len(words)))
        spans.add(Span(start, end, draw(st.sampled_from(("DRUG", "DOSE")))))
    return words, tuple(sorted(spans))


def counts_of(learnt: list[EncodedBatch]) -> StringCounts:
    counts = StringCounts()
    for words, entities in learnt:
        counts.add(words, entities)
    return counts


def by_definition(learnt: list[EncodedBatch]) -> dict[str, Occurrences]:
    """Marked strings as they stand, and in lower case whatever the case of the occurrences; a long
    one is counted where it is marked alone."""
    marked: dict[str, Counter[str]] = {}
    occurrences: Counter[str] = Counter()
    for words, entities in learnt:
        for start in range(len(words)):
            for end in range(start + 1, min(len(words), start + MAX_WORDS) + 1):
                string = " ".join(words[start:end])
                occurrences.update({string, string.lower()})
        for span in entities:
            string = " ".join(words[span.start : span.end])
            for normalized in {string, string.lower()}:
                marked.setdefault(normalized, Counter())[span.label] += 1
    return {
        string: Occurrences(max(occurrences[string], by_label.total()), by_label)
        for string, by_label in marked.items()
    }


@given(st.lists(sentences(), max_size=5))
@settings(max_examples=examples(30), deadline=None)
def test_a_string_is_counted_in_every_sentence_whenever_it_was_marked(
    learnt: list[EncodedBatch],
) -> None:
    assert counts_of(learnt).table() == by_definition(learnt)


@given(st.lists(sentences(), max_size=3), st.lists(sentences(), max_size=3))
@settings(max_examples=examples(30), deadline=None)
def test_what_is_taken_back_was_never_there(
    remaining: list[EncodedBatch], taken: list[EncodedBatch]
) -> None:
    counts = counts_of([*remaining, *taken])
    for words, entities in taken:
        counts.add(words, entities, -1)
    fresh = counts_of(remaining)
    assert counts.table() == fresh.table()
    assert counts.marked == fresh.marked
    assert torch.equal(counts.ngrams.cells, fresh.ngrams.cells)


def test_renamed_labels_that_get_one_name_are_merged() -> None:
    counts = counts_of(
        [(("aspirin",), (Span(0, 1, "DRUG"),)), (("aspirin",), (Span(0, 1, "PILL"),))]
    )
    counts.rename({"PILL": "DRUG"})
    assert counts.table() == {"aspirin": Occurrences(2, Counter(DRUG=2))}


def test_the_counts_of_many_strings_stay_near() -> None:
    """Strings share cells once there are many; what they add is taken off on average."""
    counts = NgramCounts()
    vocabulary = [f"w{number}" for number in range(5000)]
    generator = torch.Generator().manual_seed(0)
    for _ in range(500):
        drawn = torch.randint(len(vocabulary), (400,), generator=generator).tolist()
        counts.add([vocabulary[number] for number in drawn])
    for _ in range(50):
        counts.add(["needle"])
    assert abs(counts.count("needle") - 50) <= 3
    assert counts.count("w1 needle") <= 3


@pytest.mark.parametrize("string", ["(", ", and", "a b c d"])
def test_strings_that_hardly_are_entities_are_not_counted(string: str) -> None:
    counts = NgramCounts()
    counts.add(string.split(" "))
    assert counts.count(string) == 0
