"""What a person fixed or refused, through the whole pipeline and in code points."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.inference.pipeline import Pipeline
from core.overlaps import cross
from core.types import Entity, Origin, SamplerSettings
from tests.core.conftest import Learned, NewModel

TEXT = "Bank of China hired Ms. Haag.\nNothing of note was said in the meeting."
SETTINGS = SamplerSettings(steps=3, num_spans=40, seed=2)
CHINA_AT = (8, 13, "LOC")
CHINA = Entity(*CHINA_AT)
MINE = Entity(TEXT.index("meeting"), TEXT.index("meeting") + 7, "EVENT")


@pytest.fixture(scope="module")
def pipeline(learned: Learned) -> Pipeline:
    return Pipeline.from_pretrained(learned.folder, "cpu")


def result(text: str, entities: tuple[Entity, ...]) -> list[tuple[str, str]]:
    return [(text[entity.start : entity.end], entity.label) for entity in entities]


def test_fixed_entities_are_returned_with_a_full_score_and_where_they_were_denoised(
    pipeline: Pipeline,
) -> None:
    prediction = pipeline.predict(TEXT, SETTINGS, fixed=[MINE, CHINA])
    assert Entity(*CHINA_AT, 1.0) in prediction.entities
    assert prediction.entities[-1] == Entity(MINE.start, MINE.end, "EVENT", 1.0)
    trace = pipeline.trace(TEXT, SETTINGS, fixed=[MINE, CHINA])
    assert trace.entities == prediction.entities
    assert trace.steps == tuple(pipeline.denoise(TEXT, SETTINGS, fixed=[MINE, CHINA]))
    assert trace.kept[-1] == Origin(sentence=1, step=1, slot=0)
    assert trace.steps[-1].sentences[1].p_left[0] == 1.0


def test_a_suppressed_entity_does_not_return_and_the_others_do(pipeline: Pipeline) -> None:
    free = result(TEXT, pipeline.predict(TEXT, SETTINGS).entities)
    left = result(TEXT, pipeline.predict(TEXT, SETTINGS, suppressed=[CHINA]).entities)
    assert left == [item for item in free if item != ("China", "LOC")]


@pytest.mark.parametrize(
    "entity",
    [Entity(1, 4, "X"), Entity(8, 35, "LONG"), Entity(0, len(TEXT), "ALL"), Entity(13, 14, "GAP")],
)
def test_a_fixed_entity_that_is_not_of_whole_words_of_a_sentence_is_returned_as_it_is(
    pipeline: Pipeline, entity: Entity
) -> None:
    prediction = pipeline.predict(TEXT, SETTINGS, fixed=[entity])
    free = pipeline.predict(TEXT, SETTINGS)
    beside = [item for item in free.entities if not cross(item, entity)]
    assert set(prediction.entities) == {*beside, replace(entity, score=1.0)}
    trace = pipeline.trace(TEXT, SETTINGS, fixed=[entity])
    assert trace.kept[trace.entities.index(replace(entity, score=1.0))] is None


def test_with_flat_fixed_entities_win_also_those_of_no_whole_words(pipeline: Pipeline) -> None:
    for mine in (CHINA, Entity(9, 13, "LOC")):
        entities = pipeline.predict(TEXT, SamplerSettings(flat=True), fixed=[mine]).entities
        assert result(TEXT, entities) == [(TEXT[mine.start : 13], "LOC"), ("Ms. Haag", "PER")]


def test_what_is_fixed_where_windows_overlap_is_returned_once(pipeline: Pipeline) -> None:
    text = " ".join(["word,"] * 60)
    mine = [Entity(6 * i, 6 * i + 10, "X") for i in range(0, 56, 3)]
    entities = pipeline.predict(text, SETTINGS, fixed=mine).entities
    assert [entity for entity in entities if entity.label == "X"] == [
        replace(item, score=1.0) for item in mine
    ]


def test_what_is_suppressed_where_windows_overlap_does_not_return(pipeline: Pipeline) -> None:
    text = " ".join(["word,"] * 60)
    settings = replace(SETTINGS, threshold=0.0)
    free = pipeline.predict(text, settings).entities
    left = pipeline.predict(text, settings, suppressed=free).entities
    refused = {(item.start, item.end, item.label) for item in free}
    assert refused
    assert not refused & {(item.start, item.end, item.label) for item in left}


@pytest.mark.parametrize("fixed", [(), (Entity(0, 4, "X"), Entity(2, 9, "X"))])
def test_flat_keeps_no_overlapping_entities_where_windows_overlap(
    new_model: NewModel, fixed: tuple[Entity, ...]
) -> None:
    """Each window may suggest one that the other does not see whole."""
    text = " ".join(["word"] * 60)
    settings = replace(SETTINGS, threshold=0.0, flat=True)
    suggested = 0
    for seed in range(4):
        entities = Pipeline(new_model(seed)).predict(text, settings, fixed).entities
        assert {(item.start, item.end) for item in fixed} <= {(e.start, e.end) for e in entities}
        suggestions = [entity for entity in entities if entity.label != "X"]
        suggested += len(suggestions)
        for suggestion in suggestions:
            others = [entity for entity in entities if entity is not suggestion]
            assert all(
                suggestion.end <= other.start or other.end <= suggestion.start for other in others
            )
    assert suggested


def test_what_is_both_fixed_and_suppressed_teaches_in_code_points(pipeline: Pipeline) -> None:
    for mine in (CHINA, Entity(9, 13, "LOC")):
        with pytest.raises(ValueError, match=rf"\[{mine.start}, 13\) 'LOC' is both fixed and"):
            pipeline.predict(TEXT, fixed=[mine], suppressed=[replace(mine, score=0.7)])


@pytest.mark.parametrize("role", ["fixed", "suppressed"])
def test_decided_entities_past_the_end_of_the_text_teach(pipeline: Pipeline, role: str) -> None:
    beyond = [Entity(3, 99, "PER")]
    with pytest.raises(ValueError, match=rf"the {role} entity \[3, 99\) 'PER' .* 4 code points"):
        pipeline.predict("Oslo", **{role: beyond})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="reaches past the text"):
        pipeline.trace("Oslo", **{role: beyond})  # type: ignore[arg-type]


def test_a_fixed_entity_in_a_text_without_words_is_returned(pipeline: Pipeline) -> None:
    assert pipeline.predict("  ", fixed=[Entity(0, 1, "X")]).entities == (Entity(0, 1, "X", 1.0),)
