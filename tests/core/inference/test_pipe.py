"""Many texts in batches, and a pipeline that threads and processes share."""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import pytest

from core.data.batching import text_batches
from core.inference.pipeline import Pipeline
from core.modeling.hub import model_folder
from core.modeling.model import ModelError
from core.types import Prediction, SamplerSettings
from tests.core.conftest import Learned
from tests.core.tiny import SENTENCES

TEXTS = [" ".join(example.words) for example in SENTENCES]
Found = list[tuple[int, int, str]]


@pytest.fixture(scope="module")
def pipeline(learned: Learned) -> Pipeline:
    return Pipeline.from_pretrained(str(learned.folder), device="cpu")


def result(predictions: Iterator[Prediction] | list[Prediction]) -> list[Found]:
    return [[(item.start, item.end, item.label) for item in predicted] for predicted in predictions]


@pytest.mark.parametrize("batch_size", [1, 3, 64])
@pytest.mark.parametrize("options", [{}, {"flat": True}, {"seed": 3, "threshold": 0.0}], ids=str)
def test_batches_of_any_size_say_what_single_calls_say(
    pipeline: Pipeline, batch_size: int, options: dict[str, object]
) -> None:
    texts = [*TEXTS, "", TEXTS[0], "Oslo", "\n".join(TEXTS * 9)]
    settings = SamplerSettings(**options)  # type: ignore[arg-type]

    combined = list(pipeline.pipe(texts, settings, batch_size=batch_size))

    assert [item.text for item in combined] == texts
    assert any(combined[0].entities)
    single = [pipeline(text, settings) for text in texts]
    assert result(combined) == result(single)
    for item, other in zip(combined, single, strict=True):
        assert [e.score for e in item] == pytest.approx([e.score for e in other], abs=1e-5)


@pytest.mark.parametrize("text", [None, b"Oslo", ["Oslo"]], ids=repr)
def test_what_is_no_text_is_named(pipeline: Pipeline, text: Any) -> None:
    kind = type(text).__name__
    for ask in (pipeline, pipeline.trace, lambda text: next(pipeline.pipe(["Oslo", text]))):
        with pytest.raises(TypeError, match=f"a text is a string, got {kind}"):
            ask(text)


def test_one_string_in_the_place_of_many_is_not_read_letter_by_letter(pipeline: Pipeline) -> None:
    with pytest.raises(TypeError, match=r"got one string.*pass \[text\]"):
        next(pipeline.pipe("Oslo"))


@pytest.mark.parametrize("name", ["steps", "num_spans", "seed", "ensemble"])
def test_settings_that_count_are_whole_numbers(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be a whole number, got 2.0"):
        SamplerSettings(**{name: 2.0})  # type: ignore[arg-type]


def test_no_more_texts_are_taken_than_a_batch_before_it_is_answered(pipeline: Pipeline) -> None:
    taken = []

    def texts() -> Iterator[str]:
        for text in TEXTS * 3:
            taken.append(text)
            yield text

    stream = pipeline.pipe(texts(), batch_size=2)

    assert not taken
    next(stream)
    assert len(taken) == 2


def test_long_texts_are_batched_with_few_others() -> None:
    texts = ["a" * 40_000, "b", "c", "d" * 30_000, "e" * 30_000]

    batches = list(text_batches(texts, 2))

    assert batches == [texts[:1], texts[1:3], texts[3:4], texts[4:]]


def test_settings_may_be_given_as_keywords(pipeline: Pipeline) -> None:
    base = SamplerSettings(seed=7)
    same = SamplerSettings(steps=3, seed=7, threshold=0.0)

    assert pipeline(TEXTS[0], base, steps=3, threshold=0.0) == pipeline(TEXTS[0], same)
    assert len(list(pipeline.denoise(TEXTS[0], steps=3, seed=7))) == 3
    assert list(pipeline.pipe(TEXTS[:1], base, steps=3, threshold=0.0)) == [
        pipeline(TEXTS[0], same)
    ]
    with pytest.raises(TypeError, match="step"):
        pipeline(TEXTS[0], step=3)  # type: ignore[call-arg]


def test_a_batch_of_none_is_refused(pipeline: Pipeline) -> None:
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        next(pipeline.pipe(TEXTS, batch_size=0))


def test_every_entity_says_its_text(pipeline: Pipeline) -> None:
    text = "😀 " + TEXTS[0]
    for predicted in (pipeline(text), next(pipeline.pipe([text])), pipeline.trace(text)):
        assert {entity.text for entity in predicted.entities} >= {"Bank of China", "China"}
        assert all(entity.text == text[entity.start : entity.end] for entity in predicted.entities)
    assert "text" not in pipeline.trace(text).to_json()["entities"][0]


def test_a_pipeline_that_was_used_pickles(pipeline: Pipeline) -> None:
    before = pipeline(TEXTS[0])

    again = pickle.loads(pickle.dumps(pipeline))

    assert not again.model.training
    assert again(TEXTS[0]) == before


def test_threads_share_a_pipeline(pipeline: Pipeline) -> None:
    expected = result([pipeline(text) for text in TEXTS])

    with ThreadPoolExecutor(4) as threads:
        responses = list(
            threads.map(lambda _: result([pipeline(text) for text in TEXTS]), range(8))
        )

    assert responses == [expected] * 8


def test_a_spawned_process_says_the_same(pipeline: Pipeline) -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as processes:
        predicted = processes.submit(pipeline, TEXTS[0]).result()

    assert predicted == pipeline(TEXTS[0])


@pytest.mark.parametrize("device", ["gpu", "cuda:99", "tpu", None])
def test_a_device_that_is_not_here_is_told_with_those_that_are(
    learned: Learned, device: Any
) -> None:
    with pytest.raises(ValueError, match=f"device '{device}' cannot be used, .* here: cpu"):
        Pipeline.from_pretrained(learned.folder, device=device)


def test_without_a_name_the_bundled_model_is_taken() -> None:
    assert (model_folder() / "model.safetensors").is_file()


@pytest.mark.parametrize("name", ["nobody/no-such-model", "no folder", "runs/of/mine"])
def test_what_is_neither_a_folder_nor_on_the_hub_is_told(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)

    with pytest.raises(ModelError, match=f"'{name}' is no folder here.*hub.*Expected a folder"):
        Pipeline.from_pretrained(name)


def test_of_a_hubs_repository_only_the_model_is_downloaded(
    learned: Learned, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def download(name: str, allow_patterns: list[str]) -> str:
        asked.append((name, allow_patterns))
        return str(learned.folder)

    monkeypatch.setattr("huggingface_hub.snapshot_download", download)

    assert Pipeline.from_pretrained("owner/name", device="cpu")(TEXTS[0]).entities
    ((name, patterns),) = asked
    assert name == "owner/name"
    assert {"config.json", "*.safetensors", "tokenizer*"} <= set(patterns)
    assert not any(pattern in ("*", "*.bin", "*.pt", "*.json") for pattern in patterns)
