"""What programs hear when the model's files are damaged, or its tokenizer breaks down."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.services.suggestions.predictor import ModelPredictor
from tests.app.http.api.test_api import Served, served
from tests.app.material import tiny_model

__all__ = ["served"]


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelPredictor:
    result = ModelPredictor(1, tiny_model(tmp_path / "data" / "models" / "a1"))
    monkeypatch.setattr("app.http.predictions.prediction.active_predictor", lambda sessions: result)
    return result


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
def test_a_damaged_model_is_the_servers_fault_and_names_no_folder_of_it(
    served: Served, model: ModelPredictor, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    (model.path / name).write_bytes((model.path / name).read_bytes()[:-9])
    for body in ({"text": "Ada met Bo."}, {"text": "Ada met Bo.", "trace": True}):
        answer = served.client.post("/api/v1/predict", json=body)

        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert "the model a1 cannot be loaded" in answer.json()["error"]["what"]
        assert str(model.path.parent) not in answer.text
    assert str(model.path) in caplog.text


def break_tokenizer(folder: Path) -> None:
    """Gives the model a pattern that gives up on a run of x: `tokenizers` panics."""
    saved = json.loads((folder / "tokenizer.json").read_text())
    split = {"type": "Split", "pattern": {"Regex": "(x+x+)+y"}, "behavior": "Isolated"}
    saved["pre_tokenizer"] = {**split, "invert": False}
    (folder / "tokenizer.json").write_text(json.dumps(saved))


def test_a_tokenizer_that_breaks_down_is_told_in_words(
    served: Served, model: ModelPredictor
) -> None:
    break_tokenizer(model.path)
    answer = served.client.post("/api/v1/predict", json={"text": "x" * 40})

    assert answer.status_code == 500
    assert "broke down" in answer.json()["error"]["what"]
    assert served.client.post("/api/v1/predict", json={"text": "Ada"}).status_code == 200


def test_all_who_wait_for_a_model_that_breaks_down_are_answered(
    served: Served, model: ModelPredictor
) -> None:
    break_tokenizer(model.path)

    def ask(text: str) -> int:
        return int(served.client.post("/api/v1/predict", json={"text": text}).status_code)

    with ThreadPoolExecutor(4) as callers:
        statuses = list(callers.map(ask, ["x" * 40, "y" * 10 + "x" * 30, "x" * 3_000, "x" * 50]))

    assert statuses == [500] * 4
