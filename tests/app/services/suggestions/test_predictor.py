"""The active model as a predictor: loaded once, followed when another is promoted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.services.model_registry.registry import ModelRegistry
from app.services.suggestions import predictor
from app.services.suggestions.predictor import ModelPredictor, active_predictor
from core.types import Prediction, SamplerSettings
from storage.engine import Sessions
from tests.app.material import outdate, pretend_model, tiny_model


class CountedPipeline:
    """Stands in for a model; counts loads, and callers that are inside at once."""

    model = None
    loads: list[Path]
    inside = 0
    met: threading.Event
    """Set when one comes in while another is there."""

    @classmethod
    def from_pretrained(cls, folder: Path) -> CountedPipeline:
        cls.loads.append(folder)
        with cls.entered():
            return cls()

    def parts(self, text: str, *_: object) -> Iterator[Prediction]:
        with self.entered():
            part = Prediction(text, ())
        yield part

    @classmethod
    @contextmanager
    def entered(cls) -> Iterator[None]:
        """Stays a moment, for a second one to come in if it is let in."""
        cls.inside += 1
        if cls.inside > 1:
            cls.met.set()
        cls.met.wait(0.02)
        yield
        cls.inside -= 1


@pytest.fixture
def pipelines(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[CountedPipeline]]:
    import core.inference.pipeline

    CountedPipeline.loads, CountedPipeline.met = [], threading.Event()
    monkeypatch.setattr(core.inference.pipeline, "Pipeline", CountedPipeline)
    predictor._slots.clear()
    yield CountedPipeline
    predictor._slots.clear()


def test_ten_callers_at_once_load_one_model_and_take_turns(
    pipelines: type[CountedPipeline], tmp_path: Path
) -> None:
    barrier = threading.Barrier(10)

    def ask(number: int) -> Any:
        barrier.wait()
        return ModelPredictor(1, tmp_path).predict(f"text {number}", SamplerSettings()).text

    with ThreadPoolExecutor(10) as threads:
        responses = list(threads.map(ask, range(10)))
    assert responses == [f"text {number}" for number in range(10)]
    assert pipelines.loads == [tmp_path]
    assert not pipelines.met.is_set()


def test_four_models_stay_in_memory_and_the_fifth_takes_the_place_of_the_oldest(
    pipelines: type[CountedPipeline], tmp_path: Path
) -> None:
    folders = [tmp_path / name for name in ("one", "two", "three", "four", "five")]
    for folder in (*folders, folders[1], folders[0]):
        ModelPredictor(1, folder).predict("text", SamplerSettings())
    assert pipelines.loads == [*folders, folders[0]]


def test_the_promoted_version_predicts_next(sessions: Sessions, tmp_path: Path) -> None:
    assert active_predictor(sessions) is None
    registry = ModelRegistry(sessions)
    old = registry.ensure_bundled(pretend_model(tmp_path / "old"))
    assert active_predictor(sessions) == ModelPredictor(old.id, tmp_path / "old")
    new = registry.propose(
        pretend_model(tmp_path / "new"), parent_id=old.id, metrics={}, data_hash="", settings={}
    )
    registry.promote(new.id)
    assert active_predictor(sessions) == ModelPredictor(new.id, tmp_path / "new")
    outdate(tmp_path / "new")
    assert active_predictor(sessions) is None


def test_a_real_model_predicts_and_traces_the_same(tmp_path: Path) -> None:
    model = ModelPredictor(1, tiny_model(tmp_path / "model"))
    settings = SamplerSettings(steps=2, num_spans=5, threshold=0.0)
    text = "Anna Haag met Bo Li in Oslo."
    trace = model.trace(text, settings)
    assert len(trace.steps) == 2
    assert model.predict(text, settings).entities == trace.entities
    assert model.threshold() == 0.5


@pytest.mark.parametrize("background", [False, True])
def test_a_document_is_encoded_once_for_the_model_and_for_what_was_learnt(
    tmp_path: Path, background: bool
) -> None:
    import torch

    from core.inference.instant.lessons import suggest
    from core.inference.instant.suggester import InstantSuggester

    loaded = ModelPredictor(1, tiny_model(tmp_path / "model"))
    network = loaded.with_pipeline(lambda pipeline: pipeline.model)
    encoded: list[int] = []
    network.encoder.register_forward_hook(lambda _, given, states: encoded.append(len(states)))
    model = loaded.in_background() if background else loaded
    text = "Anna Haag met Bo Li in Oslo.\nNobody else was there."
    predicted = model.predict(text, SamplerSettings(steps=2, num_spans=5)).entities
    assert encoded == [2], "two sentences, in one batch"
    weights = torch.zeros(network.denoiser.span_embedding_size + 1, 1)
    suggester = InstantSuggester(("LOC",), weights)
    model.with_pipeline(lambda pipeline: suggest(pipeline, suggester, text, predicted))
    assert encoded == [2]


@pytest.mark.parametrize("rounds", [False, True])
def test_people_programs_and_traces_get_one_score_also_where_the_cpu_rounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rounds: bool
) -> None:
    from core.inference.pipeline import Pipeline
    from core.modeling.model import DiffusionNER

    monkeypatch.setattr("core.modeling.half_linear.has_bfloat16_matrices", lambda: rounds)
    monkeypatch.setattr("core.modeling.half_linear._LEAST_FEATURES", 1)
    folder = tiny_model(tmp_path / "model", calibration=(0.7, -1.0))
    model = ModelPredictor(1, folder)
    settings = SamplerSettings(steps=2, num_spans=5, threshold=0.0)
    text = "Anna Haag met Bo Li in Oslo."
    traced = model.trace(text, settings).entities
    programs = model.in_background()
    assert traced
    assert model.predict(text, settings).entities == traced
    assert programs.predict(text, settings).entities == traced
    assert programs.predict_together([text], settings)[0].entities == traced
    exact = Pipeline(DiffusionNER.load(folder)).predict(text, settings).entities
    assert (exact == traced) != rounds
