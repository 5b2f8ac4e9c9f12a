"""The bundled model, as a person meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.inference.pipeline import Pipeline
from core.modeling.model import CARD, WEIGHTS
from core.types import SamplerSettings

FOLDER = Path(__file__).parents[3] / "assets" / "models" / "default"


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline.from_pretrained(FOLDER, "cpu")


def predicted(pipeline: Pipeline, text: str) -> set[tuple[str, str]]:
    result = pipeline.predict(text).entities
    return {(text[entity.start : entity.end], entity.label) for entity in result}


def test_the_bundled_model_is_small_enough_to_be_carried_in_the_repository() -> None:
    assert (FOLDER / WEIGHTS).stat().st_size <= 95 * 2**20


def test_the_bundled_model_knows_the_four_types_of_names(pipeline: Pipeline) -> None:
    assert set(pipeline.labels) == {"PER", "ORG", "LOC", "MISC"}
    assert 0.0 <= pipeline.threshold(flat=True) < pipeline.threshold() <= 1.0


@pytest.mark.parametrize(
    "text",
    [
        "Mix the flour with the butter and bake it for twenty minutes.",
        "i really don't think it will rain tomorrow, but take a coat.",
        "The results were better than expected.",
        "",
        " \n\t ",
    ],
)
def test_a_text_without_names_gives_none(pipeline: Pipeline, text: str) -> None:
    assert predicted(pipeline, text) == set()


def test_plain_names_are_found(pipeline: Pipeline) -> None:
    result = predicted(pipeline, "Angela Merkel met Barack Obama in Berlin, Germany, last year.")

    assert {("Angela Merkel", "PER"), ("Barack Obama", "PER")} <= result
    assert {("Berlin", "LOC"), ("Germany", "LOC")} <= result


def test_a_name_within_a_name_is_found(pipeline: Pipeline) -> None:
    text = "She studied at the University of California before moving to Paris."
    result = predicted(pipeline, text)

    assert ("University of California", "ORG") in result
    assert ("California", "LOC") in result


def test_the_same_seed_replays_the_same_trace_and_its_steps_are_the_prediction(
    pipeline: Pipeline,
) -> None:
    text = "Ms. Haag joined the Bank of China. 😊 Then she flew to Oslo."
    settings = SamplerSettings(steps=4, num_spans=30, seed=7)
    trace = pipeline.trace(text, settings)

    assert trace.to_json() == pipeline.trace(text, settings).to_json()
    assert trace.entities == pipeline.predict(text, settings).entities
    for entity, origin in zip(trace.entities, trace.kept, strict=True):
        visible = trace.steps[origin.step - 1].sentences[origin.sentence]
        start, end = visible.spans[origin.slot]
        words = trace.sentences[origin.sentence][start:end]
        assert (words[0].start, words[-1].end) == (entity.start, entity.end)


@pytest.mark.parametrize("part", ["## Data", "## Test scores", "## Command", "licence"])
def test_the_card_names_data_licences_scores_and_command(part: str) -> None:
    assert part in (FOLDER / CARD).read_text()
