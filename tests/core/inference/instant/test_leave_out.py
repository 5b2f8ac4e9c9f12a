"""A document is judged by a head that has learnt the others."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch

from core.inference.instant.embeddings import MAX_WIDTH, SentenceSpans
from core.inference.instant.head import Annotated, InstantHead
from core.inference.instant.leave_out import (
    MIN_OTHERS,
    AnnotatedWindow,
    annotated_windows,
    review_window,
    take_back,
)
from core.inference.instant.scaling import Scaling
from core.inference.label_errors import EntityReview, combine
from core.inference.pipeline import Pipeline
from core.types import Entity, Span, Token
from tests.core.conftest import NewModel

VOCABULARY = ("aspirin", "codeine", "10", "mg", "helps", "and", "of")
FEATURES = 2 * len(VOCABULARY)
RIGHT = (Span(0, 2, "DOSE"), Span(3, 4, "DRUG"))
WORDS = ("10", "mg", "of", "aspirin", "helps")


def window(
    words: Sequence[str], entities: Sequence[Span], rejected: Sequence[Span] = ()
) -> AnnotatedWindow:
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
    sentence = SentenceSpans(tuple(words), locations, vectors)
    offsets = [sum(len(word) + 1 for word in words[:index]) for index in range(len(words))]
    tokens = [Token(at, at + len(word)) for at, word in zip(offsets, words, strict=True)]
    return AnnotatedWindow(Annotated(sentence, entities, rejected), tokens)


def head_of(*documents: Sequence[AnnotatedWindow]) -> InstantHead:
    head = InstantHead(Scaling(torch.zeros(FEATURES), torch.ones(FEATURES)), flat=True)
    for document in documents:
        head.learn([item.annotated for item in document])
    return head


def reviewed(
    document: Sequence[AnnotatedWindow], others: int = 30
) -> list[tuple[str, str | None, str | None]]:
    """The words of each entity that is reviewed with its label, and what is suggested; by a head
    that has learnt this document, too."""
    head = take_back(head_of(document, *[[window(WORDS, RIGHT)]] * others), [document])
    text = " ".join(document[0].annotated.sentence.words)
    return [
        (
            text[shown.start : shown.end],
            review.entity.label if review.entity else None,
            review.suggestion.label if review.suggestion else None,
        )
        for item in document
        for review in review_window(head, head.suggester(), item)
        if (shown := review.entity or review.suggestion) is not None
    ]


def test_to_take_a_document_back_is_never_to_have_learnt_it_and_leaves_the_head_as_it_is() -> None:
    wrong = [window(WORDS, [Span(3, 4, "DOSE")])]
    other = [window(WORDS, RIGHT)]
    head = head_of(other, wrong)
    before = head.ridge.gram.clone()
    asked = other[0].annotated.sentence
    rest = take_back(head, [wrong]).suggester().predict(asked)
    assert torch.allclose(rest, head_of(other).suggester().predict(asked), atol=1e-4)
    assert torch.equal(head.ridge.gram, before)
    assert "aspirin" in head.strings.marked


@pytest.mark.parametrize(
    ("entities", "result"),
    [
        (RIGHT, [("10 mg", "DOSE", "DOSE"), ("aspirin", "DRUG", "DRUG")]),
        ((Span(0, 2, "DOSE"), Span(3, 4, "DOSE")), [("aspirin", "DOSE", "DRUG")]),
        ((Span(0, 3, "DOSE"), Span(3, 4, "DRUG")), [("10 mg of", "DOSE", "DOSE")]),
        ((*RIGHT, Span(4, 5, "DRUG")), [("helps", "DRUG", None)]),
        ((Span(0, 2, "DOSE"),), [("aspirin", None, "DRUG")]),
    ],
    ids=["right", "another label", "another boundary", "no entity", "missing"],
)
def test_every_kind_of_mistake_is_found_though_the_head_has_learnt_it(
    entities: Sequence[Span], result: list[tuple[str, str | None, str | None]]
) -> None:
    """The mistake is made in every sentence of its document."""
    document = [window(WORDS, entities)] * 3
    responses = reviewed(document)
    for answer in result:
        assert responses.count(answer) == 3
    if entities != RIGHT:
        right = {("10 mg", "DOSE", "DOSE"), ("aspirin", "DRUG", "DRUG")}
        assert set(responses) - right == set(result)


def test_a_mistake_is_doubted_more_than_what_is_right() -> None:
    document = [window(WORDS, (*RIGHT, Span(4, 5, "DRUG")))]
    head = take_back(head_of(document, *[[window(WORDS, RIGHT)]] * 30), [document])
    *right, wrong = (review.score for review in review_window(head, head.suggester(), document[0]))
    assert max(right) < wrong
    assert all(0.0 <= score <= 1.0 for score in (*right, wrong))


def test_what_a_person_rejected_is_not_missing() -> None:
    document = [window(WORDS, RIGHT[:1], rejected=RIGHT[1:])]
    assert reviewed(document) == [("10 mg", "DOSE", "DOSE")]


def test_a_label_that_other_documents_hardly_have_is_not_judged() -> None:
    document = [window(WORDS, RIGHT)]
    assert reviewed(document, others=MIN_OTHERS - 1) == []
    assert reviewed(document, others=MIN_OTHERS) != []


def test_windows_stand_where_their_words_are_in_the_text(new_model: NewModel) -> None:
    text = "Anna met Bo.\nBo left Oslo."
    start = text.rindex("Bo")
    entities = [Entity(0, 4, "PER"), Entity(start, start + 2, "PER")]
    (windows,) = annotated_windows(Pipeline(new_model()), text, entities, [Entity(5, 8, "LOC")])
    result = [item.entity(span) for item in windows for span in item.annotated.entities]
    assert result == entities
    assert [span for item in windows for span in item.annotated.rejected] == [Span(1, 2, "LOC")]


def test_model_and_head_are_ranked_together() -> None:
    sure, unsure, new = Entity(0, 2, "PER"), Entity(3, 5, "PER"), Entity(6, 8, "DRUG")
    missing = EntityReview(None, 0.8, Entity(9, 11, "DRUG"))
    by_model = [EntityReview(sure, 0.1, sure), EntityReview(unsure, 0.9, None)]
    by_head = [
        EntityReview(sure, 0.2, Entity(0, 4, "PER")),
        EntityReview(unsure, 0.9, unsure),
        EntityReview(new, 0.5, new),
        missing,
        missing,
    ]
    first, second, third, *rest = combine(by_model, by_head)
    assert first.suggestion == Entity(0, 4, "PER")  # the model agrees, the head does not
    assert second.suggestion is None
    assert 0.1 < first.score < 0.2 < 0.85 < second.score < 0.95
    assert third == by_head[2]  # a label that the model does not know
    assert rest == [missing]  # seen in two windows
