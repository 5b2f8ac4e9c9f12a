"""Texts learnt with a tiny model of random weights: the head makes of its features what it can."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
import torch

from core.inference.instant.head import InstantHead
from core.inference.instant.lessons import Lesson, learn, learn_many, suggest, unlearn
from core.inference.instant.outcomes import LabelOutcome, LessonOutcomes, compare
from core.inference.instant.policy import Thresholds
from core.inference.instant.saved import suggester_from_bytes, suggester_to_bytes
from core.inference.instant.scaling import Scaling
from core.inference.pipeline import Pipeline
from core.inference.recent_states import RecentStates
from core.types import Entity, SamplerSettings
from tests.core.conftest import NewModel
from tests.core.tiny import ARCHITECTURES

TEXTS = (
    "Take 10 mg of aspirin. Ms. Haag had aspirin, too.",
    "She was given 20 mg of codeine.",
    "Codeine helps. So does 10 mg of aspirin!",
    "Nothing of note was said in the meeting.",
)
_PATTERNS = {"DOSE": r"\d+ mg", "DRUG": "(?i:aspirin|codeine)"}


def entities(text: str) -> tuple[Entity, ...]:
    return tuple(
        sorted(
            Entity(*match.span(), label)
            for label, pattern in _PATTERNS.items()
            for match in re.finditer(pattern, text)
        )
    )


def lesson(number: int, text: str, predicted: tuple[Entity, ...] | None = ()) -> Lesson:
    return Lesson(number, text, entities(text), predicted=predicted)


LESSONS = [lesson(number, text) for number, text in enumerate(TEXTS * 3)]


@pytest.fixture(scope="module")
def pipeline(new_model: NewModel) -> Pipeline:
    return Pipeline(new_model())


@pytest.fixture(scope="module")
def scaling(pipeline: Pipeline) -> Scaling:
    size = pipeline.model.denoiser.span_embedding_size
    return Scaling(torch.zeros(size), torch.ones(size))


@pytest.fixture
def head(scaling: Scaling) -> InstantHead:
    return InstantHead(scaling, flat=True)


def assert_alike(first: InstantHead, second: InstantHead, pipeline: Pipeline) -> None:
    assert first.labels == second.labels
    assert first.documents == second.documents
    assert first.strings.marked == second.strings.marked
    torch.testing.assert_close(
        first.suggester().weights, second.suggester().weights, rtol=0, atol=1e-4
    )


def test_before_anything_is_learnt_the_model_has_the_only_word(
    pipeline: Pipeline, head: InstantHead
) -> None:
    predicted = (Entity(0, 4, "PER", 0.9),)
    suggestions = suggest(pipeline, head.suggester(), TEXTS[0], predicted)
    assert suggestions.entities == predicted
    assert suggestions.instant == frozenset()


def test_what_was_learnt_is_suggested_in_code_points_beside_the_models(
    pipeline: Pipeline, head: InstantHead
) -> None:
    for trained in LESSONS:
        learn(pipeline, head, trained)
    text = "🙂 Ms. Haag took aspirin: 10 mg of aspirin."
    predicted = Entity(2, 10, "PER", 0.9)
    suggestions = suggest(pipeline, head.suggester(), text, [predicted])
    assert predicted in suggestions.entities
    assert predicted.key not in suggestions.instant
    result = {(entity.text, entity.label) for entity in suggestions.entities[1:]}
    assert ("aspirin", "DRUG") in result
    for entity in suggestions.entities[1:]:
        assert entity.text == text[entity.start : entity.end]
        assert entity.key in suggestions.instant
        assert entity.score is not None
        assert 0 <= entity.score <= 1


@pytest.mark.parametrize("options", ARCHITECTURES)
def test_what_is_predicted_before_changes_no_suggestion_and_no_lesson(
    new_model: NewModel, options: dict[str, Any]
) -> None:
    """An application's pipeline keeps the states that a prediction encodes, and the head takes
    them."""
    size = new_model(**options).denoiser.span_embedding_size
    scaling, sampler = Scaling(torch.zeros(size), torch.ones(size)), SamplerSettings(steps=2)
    suggested, heads = [], []
    for keeps in (False, True):
        pipeline = Pipeline(new_model(**options))
        if keeps:
            pipeline.recent_states = RecentStates(pipeline.model)
        head = InstantHead(scaling, flat=True)
        for trained in LESSONS[:4]:
            pipeline.predict(trained.text, sampler)
            learn(pipeline, head, trained)
        pipeline.predict(" ".join(TEXTS), sampler)
        suggester = replace(head.suggester(), thresholds=Thresholds({"DOSE": 0.2, "DRUG": 0.2}))
        suggested.append(suggest(pipeline, suggester, " ".join(TEXTS)))
        heads.append(head)
    assert_alike(heads[0], heads[1], pipeline)
    encoded_again, shared = suggested
    assert encoded_again.instant == shared.instant != frozenset()
    scores = [[entity.score for entity in suggestions.entities] for suggestions in suggested]
    assert scores[1] == pytest.approx(scores[0], abs=1e-4)


def test_learn_all_and_take_half_back_is_to_learn_half(
    pipeline: Pipeline, scaling: Scaling, head: InstantHead
) -> None:
    for trained in LESSONS[:4]:
        learn(pipeline, head, trained)
    for trained in LESSONS[:4:2]:
        unlearn(pipeline, head, trained)
    half = InstantHead(scaling, flat=True)
    for trained in LESSONS[1:4:2]:
        learn(pipeline, half, trained)
    assert_alike(head, half, pipeline)
    assert {outcome.document for outcome in head.outcomes} <= {1, 3}


def test_documents_learnt_in_batches_are_learnt_as_one_by_one(
    pipeline: Pipeline, scaling: Scaling, head: InstantHead
) -> None:
    measured = list(learn_many(pipeline, head, iter(LESSONS), batch_size=5))
    single = InstantHead(scaling, flat=True)
    for trained in LESSONS:
        learn(pipeline, single, trained)
    assert len(measured) == len(LESSONS)
    assert_alike(head, single, pipeline)


def test_rejected_suggestions_are_taken_back_with_their_document(
    pipeline: Pipeline, scaling: Scaling, head: InstantHead
) -> None:
    refused = replace(LESSONS[0], rejected=(Entity(0, 4, "DRUG"),))
    learn(pipeline, head, LESSONS[1])
    learn(pipeline, head, refused)
    unlearn(pipeline, head, refused)
    single = InstantHead(scaling, flat=True)
    learn(pipeline, single, LESSONS[1])
    assert_alike(head, single, pipeline)


def test_a_known_label_that_the_head_contradicts_is_not_suggested(
    pipeline: Pipeline, head: InstantHead
) -> None:
    head.known = frozenset({"DRUG"})
    for trained in LESSONS:
        learn(pipeline, head, trained)
    wrong = Entity(0, 7, "DRUG", 0.9)
    text = "Nothing of note was said in the meeting."
    strict = replace(head.suggester(), thresholds=Thresholds({}, {"DRUG": 0.9}))
    assert suggest(pipeline, strict, text, [wrong]).entities == ()
    lenient = replace(strict, thresholds=Thresholds({}, {}))
    assert suggest(pipeline, lenient, text, [wrong]).entities == (wrong,)


def test_outcomes_compare_the_head_and_the_model_with_the_person(
    pipeline: Pipeline, head: InstantHead
) -> None:
    text = TEXTS[1]
    assert text[23:30] == "codeine"
    predicted = (Entity(23, 30, "DRUG", 0.9), Entity(0, 3, "DRUG", 0.8))
    outcomes = learn(pipeline, head, lesson(1, text, predicted))
    expected = {"DOSE": LabelOutcome(missed=1), "DRUG": LabelOutcome(right=1, wrong=1)}
    assert outcomes == LessonOutcomes(expected, expected)
    assert sum(item.gestures for item in expected.values()) == 3
    assert LessonOutcomes.from_json(outcomes.to_json()) == outcomes


def test_a_suggestion_with_another_label_counts_for_both_labels() -> None:
    drug, dose = Entity(0, 4, "DRUG"), Entity(0, 4, "DOSE")
    outcomes = compare([drug, Entity(9, 12, "DRUG")], [dose, Entity(5, 8, "DOSE")], None).instant
    assert outcomes == {
        "DOSE": LabelOutcome(wrong=1, misnamed=1),
        "DRUG": LabelOutcome(relabelled=1, missed=1),
    }
    assert [(item.entities, item.suggested) for item in outcomes.values()] == [(0, 2), (2, 0)]
    assert sum(item.gestures for item in outcomes.values()) == 4


def test_a_model_that_was_not_asked_has_no_outcomes(pipeline: Pipeline, head: InstantHead) -> None:
    outcomes = learn(pipeline, head, lesson(1, TEXTS[1], None))
    assert outcomes.model is None
    assert LessonOutcomes.from_json(outcomes.to_json()) == outcomes


def test_entities_that_are_no_whole_words_are_missed_but_no_fault(
    pipeline: Pipeline, head: InstantHead
) -> None:
    trained = Lesson(1, "aspirin", (Entity(0, 3, "DRUG"),))
    assert learn(pipeline, head, trained).instant == {"DRUG": LabelOutcome(missed=1)}
    assert head.labels == ()
    unlearn(pipeline, head, trained)
    assert head.documents == 0


def test_the_text_of_no_words_is_learnt_and_taken_back(
    pipeline: Pipeline, head: InstantHead
) -> None:
    learn(pipeline, head, Lesson(1, " ", ()))
    assert suggest(pipeline, head.suggester(), " ").entities == ()
    unlearn(pipeline, head, Lesson(1, " ", ()))


def test_suggestions_are_the_same_after_a_round_trip(pipeline: Pipeline, head: InstantHead) -> None:
    list(learn_many(pipeline, head, LESSONS))
    suggester = head.suggester()
    restored = suggester_from_bytes(suggester_to_bytes(suggester))
    for text in TEXTS:
        assert suggest(pipeline, restored, text) == suggest(pipeline, suggester, text)


def test_older_outcomes_have_as_many_wrong_names_as_entities_lack_theirs() -> None:
    counted = {"right": 1, "relabelled": 2, "wrong": 0, "missed": 0}
    read = LessonOutcomes.from_json({"instant": {"DRUG": counted}, "model": None})
    assert read.instant["DRUG"].suggested == 3
    again = LessonOutcomes.from_json(read.to_json())
    assert again == read


def test_where_the_model_was_not_asked_nothing_speaks_against_its_own_labels(
    pipeline: Pipeline, scaling: Scaling
) -> None:
    head = InstantHead(scaling, flat=True, known=["DRUG"])
    list(learn_many(pipeline, head, [lesson(n, text, None) for n, text in enumerate(TEXTS * 6)], 1))

    assert {outcome.label for outcome in head.outcomes} == {"DOSE"}
    assert "DRUG" not in head.suggester().thresholds.head
