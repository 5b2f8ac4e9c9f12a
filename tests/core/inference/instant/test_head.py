from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.inference.instant.embeddings import MAX_WIDTH, SentenceSpans
from core.inference.instant.head import InstantHead
from core.inference.instant.scaling import Scaling
from core.types import Example, Span

FEATURES = 14
SCALING = Scaling(torch.zeros(FEATURES), torch.ones(FEATURES))
VOCABULARY = ("aspirin", "codeine", "10", "mg", "helps", "and", "of")
DRUGS, AMOUNT = {"aspirin", "codeine"}, "10"


def embedded(words: tuple[str, ...]) -> SentenceSpans:
    """Spans whose embeddings tell the first and the last word."""
    places = [
        (start, end)
        for start in range(len(words))
        for end in range(start + 1, min(len(words), start + MAX_WIDTH) + 1)
    ]
    vectors = torch.zeros(len(places), FEATURES)
    for row, (start, end) in enumerate(places):
        vectors[row, VOCABULARY.index(words[start]) ] = 3.0
        vectors[row, 7 + VOCABULARY.index(words[end - 1]) ] = 3.0
    return SentenceSpans(words, places, vectors)


def annotated(words: tuple[str, ...]) -> Example:
    entities = [Span(i, i + 1, "DRUG") for i, word in enumerate(words) if word in DRUGS]
    pairs = zip(words, words[1:], strict=False)
    entities += [Span(i, i + 2, "DOSE") for i, pair in enumerate(pairs) if pair == (AMOUNT, "mg")]
    return Example(words, tuple(sorted(entities)))


Document = list[tuple[str, ...]]
documents = st.lists(
    st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=6).map(tuple), min_size=1, max_size=3
)


def learn(head: InstantHead, key: int, document: Document) -> None:
    head.learn(key, [embedded(words) for words in document], [annotated(w) for w in document])


def head_of(*learnt: Document) -> InstantHead:
    head = InstantHead(("DOSE", "DRUG"), SCALING, flat=True)
    for key, document in enumerate(learnt):
        learn(head, key, document)
    return head


TEACHING: Document = [
    ("aspirin", "helps"),
    ("10", "mg", "of", "aspirin", "and", "codeine"),
    ("codeine", "helps", "and", "aspirin", "helps"),
]


def test_nothing_is_suggested_before_a_document_is_learnt() -> None:
    assert head_of().suggest([embedded(("aspirin", "helps"))]) == [[]]


def test_new_labels_are_suggested_after_a_document() -> None:
    head = head_of(*[TEACHING] * 12)
    (suggested,) = head.suggest([embedded(("10", "mg", "of", "codeine"))])
    assert {span for _, span in suggested} == {Span(0, 2, "DOSE"), Span(3, 4, "DRUG")}


@given(st.lists(documents, max_size=3), st.lists(documents, max_size=3), documents)
@settings(max_examples=40)
def test_learn_all_and_take_half_back_is_to_learn_half(
    remaining: list[Document], taken: list[Document], asked: Document
) -> None:
    head = head_of(*remaining, *taken)
    for number, document in enumerate(taken):
        head.unlearn(len(remaining) + number, [embedded(words) for words in document])
    half = head_of(*remaining)
    for words in asked:
        sentence = embedded(words)
        torch.testing.assert_close(
            head.predict(sentence), half.predict(sentence), rtol=0, atol=1e-5
        )
    assert head.threshold.value == half.threshold.value


@given(st.lists(documents, max_size=3), documents)
@settings(max_examples=40)
def test_the_order_of_documents_does_not_matter(learnt: list[Document], asked: Document) -> None:
    there, back = head_of(*learnt), head_of(*reversed(learnt))
    for words in asked:
        sentence = embedded(words)
        torch.testing.assert_close(
            there.predict(sentence), back.predict(sentence), rtol=0, atol=1e-5
        )


def test_a_document_is_learnt_once() -> None:
    head = head_of(TEACHING)
    with pytest.raises(KeyError, match="take it back first"):
        learn(head, 0, TEACHING)


def test_entities_longer_than_a_span_may_be_are_no_fault() -> None:
    words = ("aspirin",) * (MAX_WIDTH + 2)
    head = InstantHead(("DRUG",), SCALING, flat=True)
    head.learn(0, [embedded(words)], [Example(words, (Span(0, len(words), "DRUG"),))])
    head.unlearn(0, [embedded(words)])
    assert head.suggest([embedded(words)]) == [[]]
