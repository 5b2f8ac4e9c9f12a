from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.data.examples import DataError, read_examples
from core.discontinuous.reader import read_fragmented
from core.discontinuous.records import FragmentedEntity, FragmentedExample, join_spans
from core.discontinuous.scores import score_fragmented
from core.types import Span

WORDS = ("left", "and", "right", "shoulder", "pain")
LEFT = FragmentedEntity(((0, 1), (3, 5)), "Problem")
RIGHT = FragmentedEntity(((2, 5),), "Problem")
LINE = {
    "tokens": WORDS,
    "entities": [
        {"fragments": [[3, 5], [0, 1]], "type": "Problem"},
        {"start": 2, "end": 5, "type": "Problem"},
    ],
}


@pytest.mark.parametrize("fragments", [(), ((2, 2),), ((3, 5), (0, 1)), ((0, 3), (2, 4))])
def test_fragments_that_are_no_entity_are_refused(fragments: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError, match="text order that do not overlap"):
        FragmentedEntity(fragments, "A")


def test_an_entity_past_the_sentence_is_refused() -> None:
    with pytest.raises(ValueError, match="reaches past the sentence of 4 words"):
        FragmentedExample(WORDS[:4], (LEFT,))


def test_the_diffusion_model_learns_every_fragment_as_a_span() -> None:
    spans = FragmentedExample(WORDS, (LEFT, RIGHT)).spans
    assert [(entity.start, entity.end) for entity in spans.entities] == [(0, 1), (2, 5), (3, 5)]


def test_fragments_that_touch_become_one() -> None:
    spans = [Span(4, 5, "A"), Span(0, 1, "A"), Span(1, 2, "A")]
    assert join_spans(spans) == FragmentedEntity(((0, 2), (4, 5)), "A")


def test_a_file_with_fragments_is_read_in_both_ways(tmp_path: Path) -> None:
    file = tmp_path / "data.jsonl"
    file.write_text(json.dumps(LINE) + "\n\n")
    (example,) = read_fragmented(file)
    assert set(example.entities) == {LEFT, RIGHT}
    assert read_examples(file) == [example.spans], "training reads it as spans"


@pytest.mark.parametrize(
    ("entity", "problem"),
    [
        ({"fragments": [[0, 1], [2]], "type": "A"}, "expected an entity"),
        ({"fragments": [[0, 9]], "type": "A"}, "past the sentence"),
        ({"start": 0, "end": 1}, "expected an entity"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(
    tmp_path: Path, entity: dict[str, object], problem: str
) -> None:
    file = tmp_path / "data.jsonl"
    file.write_text("\n" + json.dumps({"tokens": WORDS, "entities": [entity]}))
    with pytest.raises(DataError, match=f":2: .*{problem}"):
        read_fragmented(file)


def test_an_entity_is_right_only_with_all_its_fragments() -> None:
    half = FragmentedEntity(((0, 1),), "Problem")
    scores = score_fragmented([(FragmentedExample(WORDS, (LEFT, RIGHT)), [half, RIGHT])])
    assert (scores.overall.correct, scores.overall.predicted) == (1, 2)
    assert (scores.discontinuous.gold, scores.discontinuous.predicted) == (1, 0)
