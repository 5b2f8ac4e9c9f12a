from __future__ import annotations

from dataclasses import replace

import pytest

from core.config import FINE_TUNING
from core.training.fine_tuning import (
    MIN_ENTITIES_TO_TUNE,
    FixedThresholdLearner,
    fine_tuning_config,
    fine_tuning_learner,
    with_epochs,
)
from core.training.learner import DiffusionLearner
from core.types import Example, Span
from tests.core.conftest import NewModel

ANN = Example(("Ann", "slept"), (Span(0, 1, "PER"),))


@pytest.mark.parametrize(
    ("sentences", "epochs"), [(0, 30), (5, 30), (100, 18), (200, 10), (5000, 3)]
)
def test_few_sentences_are_seen_often_and_many_seldom(sentences: int, epochs: int) -> None:
    assert fine_tuning_config(sentences).epochs == epochs
    assert fine_tuning_config(sentences).encoder_lr == FINE_TUNING.encoder_lr


@pytest.mark.parametrize(("epochs", "every"), [(1, 1), (3, 1), (18, 4), (30, 7)])
def test_the_more_epochs_the_more_seldom_they_are_scored(epochs: int, every: int) -> None:
    assert with_epochs(FINE_TUNING, epochs).evaluate_every == every


def test_few_entities_do_not_move_the_threshold(new_model: NewModel) -> None:
    model = new_model()
    model.config = replace(model.config, threshold=0.41, flat_threshold=0.32)
    learner = fine_tuning_learner(model, FINE_TUNING, [ANN] * (MIN_ENTITIES_TO_TUNE - 1))
    learner.evaluate([ANN])
    assert isinstance(learner, FixedThresholdLearner)
    assert [model.config.phi(flat) for flat in (False, True)] == [0.41, 0.32]


def test_many_entities_do(new_model: NewModel) -> None:
    model = new_model()
    model.config = replace(model.config, threshold=0.41)
    learner = fine_tuning_learner(model, FINE_TUNING, [ANN] * MIN_ENTITIES_TO_TUNE)
    learner.evaluate([ANN])
    assert type(learner) is DiffusionLearner
    assert model.config.threshold != 0.41
