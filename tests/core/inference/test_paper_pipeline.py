"""The architecture `paper` from training to the ordinary pipeline."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from core.config import TRAINING, fine_tuning_settings
from core.inference.label_errors import review_spans
from core.inference.pipeline import Pipeline
from core.inference.scoring import calibrated
from core.modeling.model import DiffusionNER
from core.training.fine_tuning import fine_tuning_learner
from core.training.learner import DiffusionLearner
from core.training.records import Evaluated
from core.training.trainer import train
from core.types import SamplerSettings
from tests.core.conftest import NewModel
from tests.core.tiny import SENTENCES
from tests.sharing import made_once

TEXT = "Bank of China hired Ms. Haag ."
SETTINGS = SamplerSettings(steps=2, num_spans=30)
LEARNED = SENTENCES[:2]


@pytest.fixture(scope="module")
def folder(new_model: NewModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sentences with nested entities, learnt by heart as far as the paper's matching lets it:
    noisy spans that are nearly the same get opposite targets."""

    def make(folder: Path) -> None:
        model = new_model(architecture="paper", lstm_layers=1)
        config = replace(
            TRAINING["paper"],
            epochs=3,
            frozen_epochs=1,
            encoder_lr=2e-3,
            decoder_lr=4e-3,
            num_spans=16,
            weight_decay=0.01,
            seed=1,
        )
        records = train(
            DiffusionLearner(model, config, SETTINGS), LEARNED * 320, LEARNED, config, folder
        )
        scores = [record.scores.f1 for record in records if isinstance(record, Evaluated)]
        (folder / "f1.json").write_text(json.dumps(scores))

    return made_once(tmp_path_factory, "paper", make)


def test_it_learns_nested_entities_by_heart(folder: Path) -> None:
    assert max(json.loads((folder / "f1.json").read_text())) >= 0.6


def test_it_annotates_and_traces_as_ours_does(folder: Path) -> None:
    pipeline = Pipeline.from_pretrained(folder, "cpu")
    prediction = pipeline(TEXT, SETTINGS)
    gold = {("Bank of China", "ORG"), ("China", "LOC"), ("Ms. Haag", "PER")}
    assert gold & {(entity.text, entity.label) for entity in prediction}
    trace = pipeline.trace(TEXT, SETTINGS, pointers=True)
    assert trace.entities == prediction.entities
    assert trace.weights == (1.0, 1.0, 1.0)
    for entity, origin in zip(trace.entities, trace.kept, strict=True):
        assert origin is not None
        assert origin.step == len(trace.steps), "entities come from the last step alone"
        step = trace.steps[-1].sentences[origin.sentence]
        parts = (step.p_left[origin.slot], step.p_right[origin.slot], step.p_type[origin.slot])
        assert entity.score == pytest.approx(calibrated(sum(parts) / 3, trace.calibration))
        assert step.labels[origin.slot] == entity.label
    assert not any(sentence.renewed for step in trace.steps for sentence in step.sentences)


def test_it_is_constrained_and_reviewed_as_ours_is(folder: Path) -> None:
    pipeline = Pipeline.from_pretrained(folder, "cpu")
    first = pipeline(TEXT, SETTINGS).entities[0]
    again = pipeline.predict(TEXT, SETTINGS, suppressed=[first])
    assert first.key not in {entity.key for entity in again}
    fixed = pipeline.predict(TEXT, SETTINGS, fixed=[first])
    assert first.key in {entity.key for entity in fixed}
    words, entities = SENTENCES[0].words, SENTENCES[0].entities
    (reviews,) = review_spans(pipeline.model, [words], [entities])
    assert all(0 <= review.score <= 1 for review in reviews)


def test_it_is_retrained_for_other_labels_as_the_page_does(folder: Path, tmp_path: Path) -> None:
    model = DiffusionNER.load(folder).with_labels(("LOC", "MISC", "ORG", "PER", "DRUG"))
    settings = fine_tuning_settings(model.config.architecture)
    assert (settings.num_spans, settings.expansion, settings.pure_noise) == (60, "random", 0.0)
    config = replace(settings, epochs=1, batch_size=2)
    learner = fine_tuning_learner(model, config, SENTENCES, SETTINGS)
    list(train(learner, SENTENCES, SENTENCES, config, tmp_path))
    loaded = Pipeline.from_pretrained(tmp_path, "cpu")
    assert loaded.model.config.architecture == "paper"
    assert loaded.labels[-1] == "DRUG"
