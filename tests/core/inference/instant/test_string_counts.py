from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from core.inference.instant.string_counts import Occurrences, StringCounts
from core.types import Span

Sentence = tuple[tuple[str, ...], tuple[Span, ...]]
WORDS = ("a", "A", "b", "c")


@st.composite
def sentences(draw: st.DrawFn) -> Sentence:
    words = tuple(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6)))
    count = draw(st.integers(0, 3))
    spans = set()
    for _ in range(count):
        start = draw(st.integers(0, len(words) - 1))
        end = draw(st.integers(start + 1, len(words)))
        spans.add(Span(start, end, draw(st.sampled_from(("DRUG", "DOSE")))))
    return words, tuple(sorted(spans))


def counts_of(learnt: list[Sentence]) -> StringCounts:
    counts = StringCounts()
    for words, entities in learnt:
        counts.add(words, entities)
    return counts


def by_definition(words: tuple[str, ...], learnt: list[Sentence]) -> Occurrences | None:
    for normalize in (str, str.lower):
        string, total, by_label = normalize(" ".join(words)), 0, Counter[str]()
        for sentence, entities in learnt:
            for start in range(len(sentence) - len(words) + 1):
                total += normalize(" ".join(sentence[start : start + len(words)])) == string
            by_label.update(
                span.label
                for span in entities
                if normalize(" ".join(sentence[span.start : span.end])) == string
            )
        if by_label:
            return Occurrences(total, by_label)
    return None


@given(st.lists(sentences(), max_size=5), sentences())
def test_a_string_is_counted_in_every_sentence_whenever_it_was_marked(
    learnt: list[Sentence], asked: Sentence
) -> None:
    words, _ = asked
    assert counts_of(learnt).find(words) == by_definition(words, learnt)


@given(st.lists(sentences(), max_size=3), st.lists(sentences(), max_size=3), sentences())
def test_what_is_taken_back_was_never_there(
    remaining: list[Sentence], taken: list[Sentence], asked: Sentence
) -> None:
    counts = counts_of([*remaining, *taken])
    for words, entities in taken:
        counts.remove(words, entities)
    assert counts.find(asked[0]) == counts_of(remaining).find(asked[0])


def test_renamed_labels_that_get_one_name_are_merged() -> None:
    counts = counts_of(
        [(("aspirin",), (Span(0, 1, "DRUG"),)), (("aspirin",), (Span(0, 1, "PILL"),))]
    )
    counts.rename({"PILL": "DRUG"})
    assert counts.find(("aspirin",)) == Occurrences(2, Counter(DRUG=2))
