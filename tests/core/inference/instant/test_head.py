from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.inference.instant.embeddings import MAX_WIDTH, SentenceSpans
from core.inference.instant.head import Annotated, InstantHead
from core.inference.instant.policy import RECENT, Outcome
from core.inference.instant.scaling import Scaling
from core.inference.instant.suggester import InstantSuggester
from core.types import Span

VOCABULARY = ("aspirin", "codeine", "10", "mg", "helps", "and", "of")
FEATURES = 2 * len(VOCABULARY)
SCALING = Scaling(torch.full((FEATURES,), 0.1), torch.full((FEATURES,), 0.5))
DRUGS, AMOUNT = {"aspirin", "codeine"}, "10"
Words = tuple[str, ...]
Document = list[Words]

documents = st.lists(
    st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=6).map(tuple), min_size=1, max_size=3
)
learnt_documents = st.lists(documents, max_size=3)


def embedded(words: Words) -> SentenceSpans:
    """Spans whose embeddings tell the first and the last word."""
    locations = [
        (start, end)
        for start in range(len(words))
        for end in range(start + 1, min(len(words), start + MAX_WIDTH) + 1)
    ]
    vectors = torch.zeros(len(locations), FEATURES)
    for row, (start, end) in enumerate(locations):
        vectors[row, VOCABULARY.index(words[start])] = 3.0
        vectors[row, len(VOCABULARY) + VOCABULARY.index(words[end - 1])] = 3.0
    return SentenceSpans(words, locations, vectors)


def annotated(words: Words, drug: str = "DRUG") -> Annotated:
    entities = [Span(i, i + 1, drug) for i, word in enumerate(words) if word in DRUGS]
    pairs = enumerate(pairwise(words))
    entities += [Span(i, i + 2, "DOSE") for i, pair in pairs if pair == (AMOUNT, "mg")]
    rejected = [Span(i, i + 1, drug) for i, word in enumerate(words) if word == "helps"]
    return Annotated(embedded(words), entities, rejected)


def learn(head: InstantHead, document: Document, sign: int = 1, drug: str = "DRUG") -> None:
    head.learn([annotated(words, drug) for words in document], sign)
    head.count_document(sign)


def head_of(*learnt: Document, drug: str = "DRUG") -> InstantHead:
    head = InstantHead(SCALING, flat=True)
    for document in learnt:
        learn(head, document, drug=drug)
    return head


def suggested(head: InstantHead, words: Words) -> set[Span]:
    suggester = head.suggester()
    candidates = suggester.candidates(embedded(words)).head
    return {item.span for item in candidates if suggester.suggests(item)}


def assert_alike(first: InstantHead, second: InstantHead, asked: Document) -> None:
    """All that the two suggest is the same, but for rounding errors."""
    assert first.labels == second.labels
    assert first.counts == second.counts
    assert first.documents == second.documents
    ours, theirs = first.suggester(), second.suggester()
    assert ours.strings == theirs.strings
    for words in asked:
        torch.testing.assert_close(
            ours.predict(embedded(words)), theirs.predict(embedded(words)), rtol=0, atol=1e-5
        )


TEACHING: Document = [
    ("aspirin", "helps"),
    ("10", "mg", "of", "aspirin", "and", "codeine"),
    ("codeine", "helps", "and", "aspirin", "helps"),
]


def test_nothing_is_suggested_before_a_document_is_learnt() -> None:
    assert suggested(head_of(), ("aspirin", "helps")) == set()


def test_new_labels_are_suggested_after_a_document() -> None:
    head = head_of(*[TEACHING] * 12)
    expected = {Span(0, 2, "DOSE"), Span(3, 4, "DRUG")}
    assert suggested(head, ("10", "mg", "of", "codeine")) == expected


@given(learnt_documents, learnt_documents, documents)
@settings(max_examples=20, deadline=None)
def test_learn_all_and_take_half_back_is_to_learn_half(
    remaining: list[Document], taken: list[Document], asked: Document
) -> None:
    head = head_of(*remaining, *taken)
    for document in taken:
        learn(head, document, -1)
    assert_alike(head, head_of(*remaining), asked)


@given(learnt_documents, documents)
@settings(max_examples=20, deadline=None)
def test_the_order_of_documents_does_not_matter(learnt: list[Document], asked: Document) -> None:
    assert_alike(head_of(*learnt), head_of(*reversed(learnt)), asked)


@given(learnt_documents, learnt_documents, documents)
@settings(max_examples=20, deadline=None)
def test_a_renamed_label_is_as_if_it_had_always_had_its_name(
    first: list[Document], second: list[Document], asked: Document
) -> None:
    """So is one that is merged into another."""
    head = head_of(*first, drug="PILL")
    for document in second:
        learn(head, document)
    head.rename({"PILL": "DRUG"})
    assert_alike(head, head_of(*first, *second), asked)


def test_a_label_comes_and_goes_with_its_entities() -> None:
    head = head_of(TEACHING)
    assert head.labels == ("DOSE", "DRUG")
    learn(head, [("aspirin",)], drug="PILL")
    assert head.labels == ("DOSE", "DRUG", "PILL")
    learn(head, [("aspirin",)], -1, drug="PILL")
    assert_alike(head, head_of(TEACHING), TEACHING)


def test_more_is_not_taken_back_than_was_learnt() -> None:
    head = head_of([("aspirin",)])
    with pytest.raises(ValueError, match="take back only what was learnt"):
        head.learn([annotated(("aspirin", "codeine"))], -1)


def test_a_refused_sentence_leaves_the_head_as_it_was() -> None:
    head = head_of([("aspirin",)])
    with pytest.raises(ValueError, match="take back only what was learnt"):
        head.learn([annotated(("aspirin", "10", "mg"))], -1)
    assert_alike(head, head_of([("aspirin",)]), TEACHING)


def test_entities_longer_than_a_span_may_be_are_no_fault() -> None:
    words = ("aspirin",) * (MAX_WIDTH + 2)
    long = Annotated(embedded(words), [Span(0, len(words), "DRUG")])
    head = InstantHead(SCALING, flat=True)
    head.learn([long])
    assert head.labels == ()
    head.learn([long], -1)
    assert suggested(head, words) == set()


def test_outcomes_are_bounded_and_forgotten_by_document() -> None:
    head = head_of(TEACHING)
    head.record(Outcome(number % 2, "DRUG", False, 0.5, True, True) for number in range(2 * RECENT))
    assert len(head.outcomes) == RECENT
    head.forget(0)
    assert {outcome.document for outcome in head.outcomes} == {1}


def test_flat_suggestions_do_not_overlap_and_nested_ones_do_not_cross() -> None:
    locations = [(0, 1), (0, 2), (1, 3)]
    sentence = SentenceSpans(("a", "b", "c"), locations, torch.tensor([[0.9], [0.8], [0.7]]))
    weights = torch.tensor([[1.0], [0.0]])

    def spans(flat: bool) -> list[tuple[int, int]]:
        suggester = InstantSuggester(("X",), weights, flat=flat)
        return [(s.start, s.end) for _, s in suggester.candidates(sentence).head]

    assert spans(flat=True) == [(0, 1), (1, 3)]
    assert spans(flat=False) == [(0, 1), (0, 2)]
