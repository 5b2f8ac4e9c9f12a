from __future__ import annotations

import json

import pytest

from app.services.interchange.trace_file import trace_file
from app.services.suggestions.predictor import ModelPredictor
from core.types import SamplerSettings
from tests.app.material import NEWS, tiny_model
from tests.app.traces import build_trace


@pytest.fixture(scope="module")
def predictor(tmp_path_factory: pytest.TempPathFactory) -> ModelPredictor:
    return ModelPredictor(3, tiny_model(tmp_path_factory.mktemp("traces") / "model"))


def test_replaying_from_the_file_gives_the_same_entities_and_the_same_steps(
    predictor: ModelPredictor,
) -> None:
    settings = SamplerSettings(steps=3, num_spans=20, eta=0.4, seed=11, threshold=0.13)
    trace = predictor.trace(NEWS[2][0], settings)
    assert trace.entities
    file = trace_file(trace, model_version=3, folder="model")
    read = json.loads(file)
    text, again = read["text"], SamplerSettings(**read["settings"])
    assert (text, again) == (NEWS[2][0], settings)
    assert predictor.trace(text, again) == trace
    assert trace_file(predictor.trace(text, again), model_version=3, folder="model") == file
    result = [(item["start"], item["end"], item["label"]) for item in read["entities"]]
    assert result == [
        (entity.start, entity.end, entity.label)
        for entity in predictor.predict(text, again).entities
    ]


def test_the_file_tells_its_settings_seed_and_model_version() -> None:
    read = json.loads(trace_file(build_trace(seed=5), model_version=7, folder="assets/x"))
    assert (read["format"], read["version"]) == ("spanneal trace", 2)
    assert read["model"] == {"version": 7, "folder": "assets/x"}
    assert (read["settings"]["seed"], read["settings"]["steps"]) == (5, 5)
    assert read["threshold"] == 0.7
    assert len(read["steps"]) == 5


def test_pointers_are_rounded_and_nothing_else_is() -> None:
    trace = build_trace()
    read = json.loads(trace_file(trace, model_version=1, folder="m"))
    made, written = trace.steps[2].sentences[0], read["steps"][2]["sentences"][0]
    assert made.pointers is not None
    assert written["p_left"] == list(made.p_left)
    assert written["noisy"] == [list(location) for location in made.noisy]
    assert written["pointers"]["left"][4] == [round(p, 4) for p in made.pointers.left[4]]
