"""What a model says of a whole text: how sure, how steady, and where it lies among others."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from core.inference import uncertainty
from core.inference.pipeline import Pipeline
from core.inference.uncertainty import SEEDS, Uncertainty, iter_uncertainty
from core.types import SamplerSettings
from tests.core.conftest import NewModel

TEXT = "Bank of China hired Ms. Haag. The University of Kyiv met the New York City Council."
SETTINGS = SamplerSettings(steps=3, num_spans=12, threshold=0.33)


@pytest.fixture(scope="module")
def pipeline(new_model: NewModel) -> Pipeline:
    return Pipeline(new_model(seed=3))


def estimate(pipeline: Pipeline, text: str, settings: SamplerSettings = SETTINGS) -> Uncertainty:
    *_, last = iter_uncertainty(pipeline, text, settings)
    return last


def test_disagreement_is_what_the_seeds_say_apart_from_each_other(pipeline: Pipeline) -> None:
    responses = [
        {
            (entity.start, entity.end, entity.label)
            for entity in pipeline.predict(TEXT, replace(SETTINGS, seed=seed)).entities
        }
        for seed in range(SEEDS)
    ]
    assert len(set(map(frozenset, responses))) > 1
    pairs = [
        2 * len(combination & other) / (len(combination) + len(other))
        for combination, other in combinations(responses, 2)
    ]
    expected = 1 - sum(pairs) / len(pairs)
    assert estimate(pipeline, TEXT).disagreement == pytest.approx(expected)


def test_doubt_is_what_the_suggestions_lack_in_type_probability(pipeline: Pipeline) -> None:
    result = pipeline.predict(TEXT, SETTINGS).entities
    sure = [item.confidence.type for item in result if item.confidence]
    assert sure
    visible = estimate(pipeline, TEXT)
    assert visible.least_confidence == pytest.approx(1 - sum(sure) / len(sure), abs=1e-4)


def test_where_nothing_is_suggested_there_is_neither_doubt_nor_disagreement(
    pipeline: Pipeline,
) -> None:
    for text in (TEXT, " \n"):
        visible = estimate(pipeline, text, replace(SETTINGS, threshold=1.0))
        assert (visible.least_confidence, visible.disagreement) == (0, 0)
        assert any(visible.vector) == (text == TEXT)


def test_the_vector_is_the_mean_word_state_however_the_text_is_cut(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = estimate(pipeline, TEXT)
    monkeypatch.setattr(uncertainty, "CHUNK_WORDS", 1)
    parts = list(iter_uncertainty(pipeline, TEXT, SETTINGS))
    assert len({part.vector for part in parts}) == 3  # before the first sentence, and after each
    assert len(parts) == 1 + 2 * (SETTINGS.steps + 1)  # a person may come in between any two
    assert parts[-1].vector == pytest.approx(whole.vector, abs=1e-5)
    assert parts[-1].disagreement == whole.disagreement
    assert len(whole.vector) == pipeline.model.config.hidden_size
