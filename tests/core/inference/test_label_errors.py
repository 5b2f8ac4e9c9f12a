"""The finder of label errors: what a model that knows better says of a person's spans."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.inference.label_errors import EntityReview, review_entities, review_spans
from core.inference.pipeline import Pipeline
from core.modeling.model import DiffusionNER
from core.types import Entity, Span
from tests.core.conftest import Learned, NewModel
from tests.core.tiny import SENTENCES

TEXT = "Anna said the Oslo Peace Prize went to Bo Li in May"


@pytest.fixture(scope="module")
def model(learned: Learned) -> DiffusionNER:
    return DiffusionNER.load(learned.folder)


def test_right_spans_are_doubted_less_than_wrong_ones(model: DiffusionNER) -> None:
    words = [sentence.words for sentence in SENTENCES[:3]]
    right = [sentence.entities for sentence in SENTENCES[:3]]
    wrong = [
        [Span(0, 2, "ORG"), Span(2, 3, "PER"), Span(5, 6, "PER")],
        [Span(0, 4, "ORG"), Span(3, 4, "MISC"), Span(4, 6, "LOC")],
        [Span(0, 2, "PER"), Span(6, 8, "ORG"), Span(8, 9, "PER")],
    ]
    stored = [entry for item in review_spans(model, words, right) for entry in item]
    caught = [entry for item in review_spans(model, words, wrong) for entry in item]
    assert max(item.score for item in stored) < min(item.score for item in caught)
    assert [item.suggestion for item in stored] == [span for item in right for span in item]


def test_the_model_moves_renames_and_drops(model: DiffusionNER) -> None:
    spans = [Span(0, 1, "LOC"), Span(8, 9, "PER"), Span(6, 8, "ORG")]
    (predicted,) = review_spans(model, [SENTENCES[2].words], [spans])
    assert [item.suggestion for item in predicted] == [
        Span(0, 1, "PER"),
        Span(8, 10, "PER"),
        None,
    ]


def test_nothing_is_moved_onto_another_accepted_span_or_away_from_its_words(
    new_model: NewModel,
) -> None:
    words = SENTENCES[1].words
    spans = [Span(location, location + 1, "LOC") for location in range(len(words))]
    moved = 0
    for seed in range(4):
        (predicted,) = review_spans(new_model(seed), [words], [spans])
        for span, uncertainty in zip(spans, predicted, strict=True):
            if uncertainty.suggestion is None:
                continue
            moved += (uncertainty.suggestion.start, uncertainty.suggestion.end) != (
                span.start,
                span.end,
            )
            assert (
                uncertainty.suggestion.start <= span.start < span.end <= uncertainty.suggestion.end
            )
            locations = {(item.start, item.end) for item in spans if item != span}
            assert (uncertainty.suggestion.start, uncertainty.suggestion.end) not in locations
    assert moved


def test_the_answer_is_the_same_in_any_batch_and_any_company_of_sentences(
    model: DiffusionNER,
) -> None:
    words = [sentence.words for sentence in SENTENCES]
    combined = review_spans(model, words, [sentence.entities for sentence in SENTENCES])
    for location, sentence in enumerate(SENTENCES):
        (first,) = review_spans(model, [sentence.words], [sentence.entities])
        for left, right in zip(first, combined[location], strict=True):
            assert left.suggestion == right.suggestion
            assert left.score == pytest.approx(right.score, abs=1e-5)


def test_a_document_is_reviewed_in_code_points(model: DiffusionNER) -> None:
    text = f"{TEXT}\nNothing of note was said in the meeting.\n{TEXT}"
    second = text.rindex("Anna")
    entities = [Entity(0, 4, "PER"), Entity(second, second + 9, "PER")]
    result = _reviewed(model, text, entities)
    assert [item.entity for item in result] == entities
    assert [item.agrees for item in result] == [True, False]
    assert result[1].suggestion == Entity(second, second + 4, "PER")
    assert result[0].score < result[1].score


def test_what_the_model_cannot_judge_is_left_out(model: DiffusionNER) -> None:
    entities = [
        Entity(0, 4, "PER"),
        Entity(0, 4, "VESSEL"),  # a label that it does not know
        Entity(1, 4, "PER"),  # not made of whole words
        Entity(0, len(TEXT) + 5, "MISC"),  # two sentences
    ]
    result = _reviewed(model, f"{TEXT}\nAnna met Bo", entities)
    assert [item.entity for item in result] == entities[:1]
    assert _reviewed(model, TEXT, []) == []


def test_the_confidence_of_an_entity_takes_no_part(model: DiffusionNER) -> None:
    bare = Entity(0, 4, "PER")
    assert _reviewed(model, TEXT, [replace(bare, score=0.8)])[0].agrees
    assert _reviewed(model, TEXT, [bare, replace(bare, score=0.8)]) == _reviewed(
        model, TEXT, [bare]
    )


def _reviewed(model: DiffusionNER, text: str, entities: list[Entity]) -> list[EntityReview]:
    return [item for part in review_entities(Pipeline(model), text, entities) for item in part]
