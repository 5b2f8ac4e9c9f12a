"""φ is tuned for what is kept in the end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import TrainingConfig
from core.evaluation.evaluate import score_proposals, select_spans, tune_threshold
from core.inference.candidates import threshold_of
from core.inference.decoding import Candidate
from core.inference.scoring import calibrated
from core.training.learner import DiffusionLearner
from core.types import Example, SamplerSettings, Span
from tests.core.conftest import NewModel

WORDS = tuple("abcdef")
locations = st.tuples(st.integers(0, 5), st.integers(1, 6)).filter(
    lambda location: location[0] < location[1]
)
scores = st.integers(0, 60).map(lambda sixtieth: sixtieth / 60 + 0.003)


def test_the_threshold_is_the_one_with_the_best_development_score() -> None:
    example = Example(("a", "b", "c"), (Span(0, 1, "PER"), Span(1, 2, "PER")))
    result = [
        Candidate(0, 1, "PER", 0.93, 1, 0),
        Candidate(1, 2, "PER", 0.67, 1, 1),
        Candidate(2, 3, "PER", 0.49, 1, 2),
        Candidate(0, 3, "PER", 0.13, 1, 3),
    ]
    threshold = tune_threshold([example], [result], flat=False)
    assert 0.49 < threshold <= 0.67
    assert {(span.start, span.end) for span in select_spans(result, threshold, flat=False)} == {
        (0, 1),
        (1, 2),
    }


def test_what_was_not_looked_for_does_not_move_the_threshold() -> None:
    example = Example(("a", "b"), (Span(0, 1, "PER"),), frozenset({"PER"}))
    result = [Candidate(1, 2, "LOC", 0.97, 1, 0), Candidate(0, 1, "PER", 0.33, 1, 1)]
    assert tune_threshold([example], [result], flat=False) <= 0.33


@given(
    st.lists(st.tuples(locations, scores), max_size=12, unique_by=lambda item: item[0]),
    st.sets(locations, min_size=1, max_size=4),
    st.booleans(),
)
def test_no_other_threshold_keeps_better_entities(
    proposed: list[tuple[tuple[int, int], float]], gold: set[tuple[int, int]], flat: bool
) -> None:
    example = Example(WORDS, tuple(Span(*location, "PER") for location in sorted(gold)))
    ranked = sorted(proposed, key=lambda item: -item[1])
    result = [Candidate(*location, "PER", score, 1, 0) for location, score in ranked]

    def f1(threshold: float) -> float:
        measured = score_proposals([example], [result], threshold, flat).f1
        assert measured is not None
        return measured

    best = max(f1(sixtieth / 60) for sixtieth in range(61))
    tuned = tune_threshold([example], [result], flat)
    assert tuned is not None
    assert f1(tuned) == pytest.approx(best)


def test_sentences_without_an_entity_tune_no_threshold(new_model: NewModel) -> None:
    example = Example(WORDS, (), frozenset({"PER"}))
    assert tune_threshold([example], [[Candidate(0, 1, "PER", 0.9, 1, 0)]], flat=False) is None
    learner = DiffusionLearner(new_model(), TrainingConfig(), SamplerSettings(1, 4))
    learner.model.config = replace(learner.model.config, threshold=0.25, flat_threshold=0.35)
    learner.evaluate([example])
    config = learner.model.config
    assert (config.threshold, config.flat_threshold) == (0.25, 0.35)


PARTS = Example(WORDS, (Span(0, 3, "PER"), Span(4, 5, "PER")))
"""Parts of a name score less than the whole: where nothing may overlap they are no errors."""
SAID = [
    Candidate(0, 3, "PER", 0.93, 1, 0),
    *(Candidate(*part, "PER", 0.5, 1, 1) for part in ((0, 1), (1, 2), (1, 3))),
    Candidate(4, 5, "PER", 0.4, 1, 2),
]


def test_what_flat_decoding_drops_anyway_does_not_raise_the_threshold() -> None:
    assert tune_threshold([PARTS], [SAID], flat=True) <= 0.4
    assert tune_threshold([PARTS], [SAID], flat=False) > 0.5


@pytest.mark.parametrize("learnt_flat", [False, True])
def test_flat_and_nested_decoding_of_one_model_have_a_threshold_each(
    new_model: NewModel, monkeypatch: pytest.MonkeyPatch, learnt_flat: bool
) -> None:
    monkeypatch.setattr("core.evaluation.tuning.propose", lambda *_: [SAID])
    model = new_model()
    sampler = SamplerSettings(flat=learnt_flat)
    scores = DiffusionLearner(model, TrainingConfig(), sampler).evaluate([PARTS])
    assert scores.f1 == pytest.approx(1.0 if learnt_flat else 2 / 3)
    phi = {flat: threshold_of(model, SamplerSettings(flat=flat)) for flat in (False, True)}
    assert phi[True] <= calibrated(0.4, model.config.flat_calibration)
    assert phi[False] > calibrated(0.5, model.config.calibration)
    assert threshold_of(model, SamplerSettings(flat=True, threshold=0.4)) == 0.4
