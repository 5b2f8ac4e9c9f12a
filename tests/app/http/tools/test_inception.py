"""INCEpTION asks for predictions as its external recommender does."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from app.http.common.limits import MOST_TEXT
from app.http.predictions.batching import Batcher
from app.http.predictions.text_parts import PART, PartReader
from app.http.tools import inception
from app.services.suggestions.predictor import ModelPredictor
from core.types import Entity, Prediction, SamplerSettings
from tests.app.http.api.test_api import Counting, Served, served
from tests.app.http.tools.inception_requests import (
    LAYER,
    OWN_LAYER,
    document,
    nothing_remembered,
    predictions,
    shown,
    to_predict,
    to_train,
)
from tests.app.material import tiny_model
from tests.coroutines import result_of

__all__ = ["nothing_remembered", "served"]
TEXT = "Eve saw 🦊 Rome."
SENTENCES = [f"Eve met Ida in 🦊 Rome {number:03} . " for number in range(400)]
LONG = "".join(SENTENCES[:100])


@dataclass
class Finder:
    """A model that finds every Ida, and counts its texts."""

    model_version_id: int = 1
    path: Path = Path("model")
    texts: list[str] = field(default_factory=list)

    def in_background(self) -> Finder:
        return self

    def predict(self, text: str, settings: SamplerSettings, **_: object) -> Prediction:
        return self.predict_together([text], settings)[0]

    def predict_together(self, texts: list[str], settings: SamplerSettings) -> list[Prediction]:
        self.texts += texts
        return [Prediction(text, tuple(_idas(text))) for text in texts]


def _idas(text: str) -> list[Entity]:
    starts = [index for index in range(len(text)) if text.startswith("Ida", index)]
    return [Entity(start, start + 3, "PER", 0.9) for start in starts]


@pytest.fixture
def finder(served: Served, monkeypatch: pytest.MonkeyPatch) -> Finder:
    model = Finder()
    monkeypatch.setattr("app.http.predictions.prediction.active_predictor", lambda sessions: model)
    return model


def predict(served: Served, body: dict[str, Any], location: str = "") -> dict[str, Any]:
    answer = served.client.post(f"/inception/{served.project}{location}/predict", json=body)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


def test_the_document_comes_back_with_predictions_in_the_layer_that_is_asked_for(
    served: Served,
) -> None:
    (result,) = predictions(predict(served, to_predict("Ada 🦊 Li")))

    assert (result.begin, result.end, result.value) == (0, 8, "PER")
    assert result.value_score == pytest.approx(0.9)


def test_only_the_range_is_predicted_and_its_offsets_are_right(
    served: Served, finder: Finder
) -> None:
    width = len(SENTENCES[0].encode("utf-16-le")) // 2
    begin = 40 * width

    result = predictions(predict(served, to_predict(LONG, extent=(begin, begin + width))))

    assert len(finder.texts) == 1
    assert PART <= len(finder.texts[0].split()) < 2 * PART
    covered = [item.get_covered_text() for item in result]
    assert set(covered) == {"Ida"}
    asked = LONG.index("Ida", LONG.index("Rome 039"))
    assert asked in {item.begin for item in result}, "cassis counts code points"


def test_what_was_predicted_before_is_in_every_answer_and_is_not_predicted_again(
    served: Served, finder: Finder
) -> None:
    predict(served, to_predict(LONG, extent=(0, 10)))
    predict(served, to_predict(LONG, extent=(1_000, 1_010)))
    asked = len(finder.texts)
    both = predictions(predict(served, to_predict(LONG, extent=(0, 10))))
    whole = predictions(predict(served, to_predict(LONG)))
    edited = LONG.replace("Rome", "Bern", 1)
    predict(served, to_predict(edited))

    assert asked == 2
    assert {item.begin < 800 for item in both} == {True, False}
    assert len(whole) == 100
    assert len(finder.texts) == len(set(finder.texts)), "no part twice, even of a changed text"


def test_the_parts_of_a_text_are_predicted_as_the_whole_is(tmp_path: Path) -> None:
    model = ModelPredictor(1, tiny_model(tmp_path / "model"))
    settings = SamplerSettings(threshold=0.0)

    reading = PartReader(Batcher()).predict(
        model.in_background(), LONG, settings, 0, len(LONG), "Ada"
    )
    result = result_of(reading)

    whole = model.predict(LONG, settings)
    assert result.unread == 0
    assert whole.entities
    assert {entity.key for entity in result.prediction.entities} == {
        entity.key for entity in whole.entities
    }


def test_a_text_that_takes_too_long_is_answered_in_part_and_goes_on_with_the_next_request(
    served: Served, finder: Finder, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter(range(0, 10_000, 15))
    reader = PartReader(Batcher(), seconds=20, clock=lambda: float(next(times)))
    monkeypatch.setattr(inception, "reader", reader)
    text = "".join(SENTENCES)

    counts = [len(predictions(predict(served, to_predict(text)))) for _ in range(9)]

    assert 0 < counts[0] < 400
    assert counts == sorted(counts)
    assert counts[-1] == 400
    assert len(finder.texts) == len(set(finder.texts))


def test_the_parts_that_are_remembered_are_bounded(
    served: Served, finder: Finder, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = PartReader(Batcher(), most=3)
    monkeypatch.setattr(inception, "reader", reader)
    predict(served, to_predict(LONG))

    assert len(reader._read) == 3


@pytest.mark.parametrize("extent", [(0, 99), (3, 1), (9, 16)])
def test_a_range_that_does_not_fit_the_text_is_refused(
    served: Served, extent: tuple[int, int]
) -> None:
    body = to_predict(TEXT, extent=extent)

    answer = served.client.post(f"/inception/{served.project}/predict", json=body)

    assert answer.status_code == 400
    assert "16 UTF-16 units" in answer.json()["error"]["what"]


@pytest.mark.parametrize("verb", ["predict", "train"])
def test_a_layer_that_nobody_said_holds_entities_is_refused_with_the_address_that_says_so(
    served: Served, verb: str
) -> None:
    sentiment = "webanno.custom.Sentiment"
    body = to_predict(TEXT, layer=sentiment)
    body["documents"] = [document(TEXT, [(0, 3, "positive")], layer=sentiment)]

    answer = served.client.post(f"/inception/{served.project}/{verb}", json=body)

    assert answer.status_code == 422
    assert LAYER in answer.json()["error"]["expected"]
    address = f"/inception/{served.project}/{sentiment}/value"
    assert address in answer.json()["error"]["remedy"]
    path = f"/api/v1/projects/{served.project}/documents?search=Eve"
    assert served.client.get(path).json()["total"] == 0


@pytest.mark.parametrize("location", ["", "/finished"])
def test_a_layer_that_the_address_names_is_predicted_and_followed(
    served: Served, location: str
) -> None:
    location = f"{location}/{OWN_LAYER}/value"
    answer = predict(served, to_predict(TEXT, layer=OWN_LAYER), location)
    assert [item.value for item in predictions(answer, layer=OWN_LAYER)] == ["PER"]

    sent = to_train(document(TEXT, [(0, 3, "PER")], layer=OWN_LAYER), layer=OWN_LAYER)
    path = f"/inception/{served.project}{location}/train"
    assert served.client.post(path, json=sent).status_code == 204
    assert shown(served)[1] == [(0, 3, "PER")]


def test_an_address_with_a_word_that_it_does_not_know_says_which_it_knows(served: Served) -> None:
    path = f"/inception/{served.project}/done/train"
    answer = served.client.post(path, json=to_train(document(TEXT, [(0, 3, "PER")])))

    assert answer.status_code == 404
    assert "finished" in answer.json()["error"]["expected"]


@pytest.mark.parametrize("verb", ["predict", "train"])
def test_a_text_has_the_length_of_any_other_at_most(served: Served, verb: str) -> None:
    text = "Li" * (MOST_TEXT // 2) + "!"
    body = to_predict(text)
    body["documents"] = [document(text, [(0, 2, "PER")])]

    answer = served.client.post(f"/inception/{served.project}/{verb}", json=body)

    assert answer.status_code == 413
    assert answer.json()["error"]["got"] == MOST_TEXT + 1
    path = f"/api/v1/projects/{served.project}/documents?search=LiLi"
    assert served.client.get(path).json()["total"] == 0


def test_a_feature_that_the_layer_lacks_is_named(served: Served) -> None:
    body = to_predict("Ada", layer=OWN_LAYER)
    body["metadata"]["feature"] = "kind"
    location = f"/inception/{served.project}/{OWN_LAYER}/kind"

    answer = served.client.post(f"{location}/predict", json=body)

    assert answer.status_code == 400
    assert "no feature kind" in answer.json()["error"]["what"]


def test_the_model_is_told_whether_entities_may_lie_within_others(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Counting()
    monkeypatch.setattr("app.http.predictions.prediction.active_predictor", lambda sessions: model)

    predict(served, to_predict("Ada"))

    assert [settings.flat for settings in model.settings] == [False]
