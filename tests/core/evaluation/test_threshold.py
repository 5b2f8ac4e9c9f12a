"""φ is tuned for what is kept in the end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import TrainingConfig
from core.evaluation.evaluate import score_proposals, select_spans, threshold_of, tune_threshold
from core.inference.decoding import Candidate
from core.training.learner import DiffusionLearner
from core.types import Example, SamplerSettings, WordSpan
from tests.core.conftest import NewModel

WORDS = tuple("abcdef")
places = st.tuples(st.integers(0, 5), st.integers(1, 6)).filter(lambda place: place[0] < place[1])
scores = st.integers(0, 60).map(lambda twentieth: twentieth / 20 + 0.01)


def test_the_threshold_is_the_one_with_the_best_development_score() -> None:
    example = Example(("a", "b", "c"), (WordSpan(0, 1, "PER"), WordSpan(1, 2, "PER")))
    found = [
        Candidate(0, 1, "PER", 2.8, 1, 0),
        Candidate(1, 2, "PER", 2.01, 1, 1),
        Candidate(2, 3, "PER", 1.46, 1, 2),
        Candidate(0, 3, "PER", 0.4, 1, 3),
    ]
    threshold = tune_threshold([example], [found], flat=False)
    assert 1.46 < threshold <= 2.01
    assert {(each.start, each.end) for each in select_spans(found, threshold, flat=False)} == {
        (0, 1),
        (1, 2),
    }


def test_what_was_not_looked_for_does_not_move_the_threshold() -> None:
    example = Example(("a", "b"), (WordSpan(0, 1, "PER"),), frozenset({"PER"}))
    found = [Candidate(1, 2, "LOC", 2.9, 1, 0), Candidate(0, 1, "PER", 1.0, 1, 1)]
    assert tune_threshold([example], [found], flat=False) <= 1.0


@given(
    st.lists(st.tuples(places, scores), max_size=12, unique_by=lambda each: each[0]),
    st.sets(places, min_size=1, max_size=4),
    st.booleans(),
)
def test_no_other_threshold_keeps_better_entities(
    proposed: list[tuple[tuple[int, int], float]], gold: set[tuple[int, int]], flat: bool
) -> None:
    example = Example(WORDS, tuple(WordSpan(*place, "PER") for place in sorted(gold)))
    ranked = sorted(proposed, key=lambda each: -each[1])
    found = [Candidate(*place, "PER", score, 1, 0) for place, score in ranked]

    def f1(threshold: float) -> float:
        return score_proposals([example], [found], threshold, flat).f1

    best = max(f1(twentieth / 20) for twentieth in range(61))
    assert f1(tune_threshold([example], [found], flat)) == pytest.approx(best)


PARTS = Example(WORDS, (WordSpan(0, 3, "PER"), WordSpan(4, 5, "PER")))
"""Parts of a name score less than the whole: where nothing may overlap they are no errors."""
SAID = [
    Candidate(0, 3, "PER", 2.8, 1, 0),
    *(Candidate(*part, "PER", 1.5, 1, 1) for part in ((0, 1), (1, 2), (1, 3))),
    Candidate(4, 5, "PER", 1.2, 1, 2),
]


def test_what_flat_decoding_drops_anyway_does_not_raise_the_threshold() -> None:
    assert tune_threshold([PARTS], [SAID], flat=True) <= 1.2
    assert tune_threshold([PARTS], [SAID], flat=False) > 1.5


@pytest.mark.parametrize("learnt_flat", [False, True])
def test_flat_and_nested_decoding_of_one_model_have_a_threshold_each(
    new_model: NewModel, monkeypatch: pytest.MonkeyPatch, learnt_flat: bool
) -> None:
    monkeypatch.setattr("core.training.learner.propose", lambda *_: [SAID])
    model = new_model()
    sampler = SamplerSettings(flat=learnt_flat)
    scores = DiffusionLearner(model, TrainingConfig(), sampler).evaluate([PARTS])
    assert scores.f1 == pytest.approx(1.0 if learnt_flat else 2 / 3)
    assert threshold_of(model, SamplerSettings(flat=True)) <= 1.2
    assert threshold_of(model, SamplerSettings(flat=False)) > 1.5
    assert threshold_of(model, SamplerSettings(flat=True, threshold=0.4)) == 0.4
