"""A document of any length is annotated in the memory of a few of its windows."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from core.inference.candidates import propose
from core.inference.pipeline import Pipeline
from core.inference.windows import WindowedText
from core.text.segmentation import Segment
from core.text.tokenization import tokens
from core.types import SamplerSettings, Token
from tests.core.conftest import NewModel

STRETCH = 25
SENTENCE = "Ms. Haag of Kyiv met the council in 2%03d."
"""Ten words."""


class Found(list[Any]):
    """A list that tells whether it is still held."""


def test_no_more_is_held_of_a_text_than_one_stretch_and_the_next_word(
    new_model: NewModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = Pipeline(new_model())
    made: list[weakref.ref[WindowedText] | weakref.ref[Found]] = []
    held, read = [], []  # before each stretch; the words of each
    taken = 0
    make = pipeline._read

    def counted(text: str) -> Iterator[Token]:
        nonlocal taken
        for token in tokens(text):
            taken += 1
            yield token

    def reading(text: str, part: Segment, *decided: Any) -> WindowedText:
        held.append(sum(item() is not None for item in made))
        read.append(len(part.tokens))
        assert taken <= sum(read) + 1  # the word that begins the next sentence
        first = make(text, part, *decided)
        made.append(weakref.ref(first))
        return first

    def proposing(*asked: Any) -> Found:
        result = Found(propose(*asked))
        made.append(weakref.ref(result))
        return result

    monkeypatch.setattr("core.inference.pipeline._STRETCH", STRETCH)
    monkeypatch.setattr("core.text.segmentation.tokens", counted)
    monkeypatch.setattr("core.inference.pipeline.propose", proposing)
    monkeypatch.setattr(pipeline, "_read", reading)
    text = "\n".join(SENTENCE % number for number in range(40))
    pipeline.predict(text, SamplerSettings(steps=1, num_spans=2, threshold=1.0))
    assert sum(read) == taken == 400
    assert max(read) < STRETCH + 10
    assert max(held) == 0  # nothing of the stretch before but its entities


@pytest.mark.parametrize("gap", ["\n", " "])
def test_a_text_read_in_stretches_has_the_entities_of_the_whole(
    new_model: NewModel, monkeypatch: pytest.MonkeyPatch, gap: str
) -> None:
    pipeline = Pipeline(new_model())
    text = gap.join(SENTENCE % number for number in range(40))
    settings = SamplerSettings(steps=2, num_spans=8, threshold=0.0)
    whole = pipeline.predict(text, settings)
    monkeypatch.setattr("core.inference.pipeline._STRETCH", STRETCH)
    pieces = pipeline.predict(text, settings)
    assert whole.entities
    assert [(e.start, e.end, e.label) for e in pieces.entities] == [
        (e.start, e.end, e.label) for e in whole.entities
    ]


@pytest.mark.parametrize("flat", [False, True])
def test_a_threshold_gives_what_a_filter_by_score_gives(new_model: NewModel, flat: bool) -> None:
    """Also where windows of one sentence do not agree: the page asks for less and filters."""
    pipeline = Pipeline(new_model())
    text = " ".join(("Ms. Haag of Kyiv met the council in Oslo and",) * 12)
    settings = SamplerSettings(steps=2, num_spans=12, flat=flat)

    def predicted(threshold: float) -> list[tuple[int, int, str, float | None]]:
        entities = pipeline.predict(text, settings, threshold=threshold).entities
        return [(*entity.key, entity.score) for entity in entities]

    everything = predicted(0.0)
    scores = sorted(score for *_, score in everything if score is not None)
    assert len(pipeline.read(text).windows) > 3
    for threshold in scores[:: len(scores) // 10]:
        assert predicted(threshold) == [
            item for item in everything if (item[3] or 0.0) >= threshold
        ]


def test_the_last_score_of_a_trace_is_the_entitys_own_between_windows(new_model: NewModel) -> None:
    pipeline = Pipeline(new_model())
    text = " ".join(("Ms. Haag of Kyiv met the council in Oslo and",) * 12)
    trace = pipeline.trace(text, SamplerSettings(steps=2, num_spans=12, threshold=0.0))
    assert len(trace.sentences) > 3
    assert [scores[-1] for scores in trace.scores] == [entity.score for entity in trace.entities]
