"""What a trace holds beside the prediction: pointers, and who started again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.inference.pipeline import Pipeline
from core.types import SamplerSettings, Trace
from tests.core.conftest import Learned

TEXT = "Bank of China hired Ms. Haag.\nNothing of note was said in the meeting."
SETTINGS = SamplerSettings(steps=3, num_spans=40, seed=2)


@pytest.fixture(scope="module")
def pipeline(learned: Learned) -> Pipeline:
    return Pipeline.from_pretrained(learned.folder, "cpu")


@pytest.fixture(scope="module")
def trace(pipeline: Pipeline) -> Trace:
    return pipeline.trace(TEXT, SETTINGS)


def test_pointers_are_held_when_asked_for_and_change_nothing_else(
    pipeline: Pipeline, trace: Trace
) -> None:
    asked = pipeline.trace(TEXT, SETTINGS, pointers=True)
    assert asked == pipeline.trace(TEXT, SETTINGS, pointers=True), "replayed byte for byte"
    without = [
        replace(
            step, sentences=tuple(replace(sentence, pointers=None) for sentence in step.sentences)
        )
        for step in asked.steps
    ]
    assert replace(asked, steps=tuple(without)) == trace


def test_pointers_give_every_word_a_probability_and_the_boundaries_theirs(
    pipeline: Pipeline,
) -> None:
    settings = replace(SETTINGS, ensemble=2)
    trace = pipeline.trace(TEXT, settings, pointers=True)
    for step in trace.steps:
        for sentence, tokens in zip(step.sentences, trace.sentences, strict=True):
            assert sentence.pointers is not None
            for side, chosen, edge in (
                (sentence.pointers.left, sentence.p_left, 0),
                (sentence.pointers.right, sentence.p_right, 1),
            ):
                assert len(side) == 80
                for row, predicted, span in zip(side, chosen, sentence.spans, strict=True):
                    assert len(row) == len(tokens)
                    assert sum(row) == pytest.approx(1, abs=1e-4)
                    assert row[span[edge] - edge] == pytest.approx(predicted, abs=1e-6)


def test_the_trace_tells_which_noisy_spans_started_again(trace: Trace) -> None:
    """A place holds a sixth of the 40, the first ones."""
    started = 0
    for step in trace.steps[:-1]:
        for sentence in step.sentences:
            crowds: dict[tuple[int, int], list[int]] = {}
            for slot, span in enumerate(sentence.spans):
                crowds.setdefault(span, []).append(slot)
            late = sorted(slot for crowd in crowds.values() for slot in crowd[6:])
            assert sorted(sentence.renewed) == late
            started += len(late)
    assert started
    assert not any(sentence.renewed for sentence in trace.steps[-1].sentences)


def test_without_renewal_no_noisy_span_starts_again(pipeline: Pipeline) -> None:
    trace = pipeline.trace(TEXT, replace(SETTINGS, renew=False))
    assert not any(sentence.renewed for step in trace.steps for sentence in step.sentences)


def test_the_trace_tells_each_entitys_score_after_every_step(pipeline: Pipeline) -> None:
    """It never falls, ends as the entity's own, and is what fewer steps would have led to."""
    trace = pipeline.trace(TEXT, replace(SETTINGS, threshold=0.0))
    assert trace.entities
    for entity, origin, scores in zip(trace.entities, trace.kept, trace.scores, strict=True):
        assert origin is not None
        assert len(scores) == SETTINGS.steps
        assert list(scores) == sorted(scores)
        assert scores[-1] == entity.score
        before = scores[: origin.step - 1]
        assert all(score < scores[-1] for score in before), "it scored highest at `origin.step`"
