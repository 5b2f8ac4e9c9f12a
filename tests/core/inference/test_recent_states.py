"""The encoder runs once for a prediction and for its spans' embeddings; nothing else changes."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
import torch

from core.inference.instant.embeddings import embed_spans
from core.inference.pipeline import Pipeline
from core.inference.recent_states import RecentStates
from core.modeling.model import DiffusionNER
from core.types import SamplerSettings
from tests.core.conftest import NewModel
from tests.core.tiny import ARCHITECTURES

SHORT = ("Anna", "met", "Bo")
LONG = ("The", "University", "of", "Kyiv", "met", "the", "New", "York", "City", "Council")
TEXT = "Anna met Bo.\nThe University of Kyiv met the New York City Council."
SETTINGS = SamplerSettings(steps=2, num_spans=8, threshold=0.0, seed=3)


def encoded_sentences(model: DiffusionNER) -> list[int]:
    """How many sentences each later run of the encoder has."""
    runs: list[int] = []
    model.encoder.register_forward_hook(lambda _, given, states: runs.append(len(states)))
    return runs


@pytest.mark.parametrize("options", ARCHITECTURES)
def test_what_was_encoded_is_not_encoded_again(
    new_model: NewModel, options: dict[str, Any]
) -> None:
    states = RecentStates(new_model(**options))
    states.encode([SHORT, LONG])
    runs = encoded_sentences(states.model)
    embed_spans(states.model, [LONG, SHORT], states)
    assert runs == []
    embed_spans(states.model, [LONG, (*SHORT, "."), SHORT], states)
    embed_spans(states.model, [(*SHORT, ".")], states)
    assert runs == [1]


@pytest.mark.parametrize("options", ARCHITECTURES)
def test_kept_states_give_the_same_embeddings_whatever_they_were_encoded_beside(
    new_model: NewModel, options: dict[str, Any]
) -> None:
    model = new_model(**options)
    short, long = embed_spans(model, [SHORT, LONG])
    same, beside = RecentStates(model), RecentStates(model)
    same.encode([SHORT, LONG])
    for spans, expected in zip(embed_spans(model, [SHORT, LONG], same), (short, long), strict=True):
        assert torch.equal(spans.embeddings, expected.embeddings)
    beside.encode([SHORT, LONG * 2])
    beside.encode([LONG])
    for spans, expected in zip(
        embed_spans(model, [LONG, SHORT], beside), (long, short), strict=True
    ):
        torch.testing.assert_close(spans.embeddings, expected.embeddings, rtol=0, atol=1e-5)


@pytest.mark.parametrize("options", ARCHITECTURES)
def test_a_seed_replays_to_the_bit_whatever_was_kept_before(
    new_model: NewModel, options: dict[str, Any]
) -> None:
    pipeline = Pipeline(new_model(**options))
    expected = pipeline.predict(TEXT, SETTINGS)
    assert expected.entities
    pipeline.recent_states = RecentStates(pipeline.model)
    for text in (TEXT, *TEXT.splitlines(), TEXT):
        pipeline.predict(text, SETTINGS)
    embed_spans(pipeline.model, [SHORT, LONG], pipeline.recent_states)
    assert pipeline.predict(TEXT, SETTINGS) == expected


def test_a_pipeline_that_keeps_states_is_pickled_without_them(new_model: NewModel) -> None:
    pipeline = Pipeline(new_model())
    before = len(pickle.dumps(pipeline))
    pipeline.recent_states = RecentStates(pipeline.model)
    pipeline.predict(TEXT, SETTINGS)
    pickled = pickle.dumps(pipeline)
    assert len(pickled) < before + 500
    copied = pickle.loads(pickled)
    assert copied.recent_states.model is copied.model
    assert copied.predict(TEXT, SETTINGS) == pipeline.predict(TEXT, SETTINGS)
