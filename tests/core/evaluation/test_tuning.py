"""A score becomes a probability, and the entities stay the same."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import UNCALIBRATED, Calibration, ModelConfig
from core.data.examples import merge_corpora
from core.evaluation.calibration import JudgedCandidate
from core.evaluation.evaluate import score_proposals, select_spans
from core.evaluation.measure import measure
from core.evaluation.tuning import (
    calibrate,
    calibration_error,
    fit_calibration,
    tune,
    with_calibrations,
)
from core.inference.candidates import propose
from core.inference.decoding import Candidate
from core.inference.pipeline import Pipeline
from core.inference.scoring import WEIGHTS, calibrated, public_score, uncalibrated
from core.modeling.model import CONFIG, DiffusionNER
from core.types import Example, SamplerSettings, Span
from tests.core.conftest import Learned, NewModel
from tests.core.tiny import SENTENCES

WORDS = [example.words for example in SENTENCES]
calibrations = st.tuples(st.floats(0.1, 1.5), st.floats(-4, 4))
sums = st.floats(0, WEIGHTS, width=32)


def judged(score: float, right: int, wrong: int = 0) -> list[JudgedCandidate]:
    candidate = Candidate(0, 1, "PER", score, 1, 0)
    return [JudgedCandidate(candidate, number < right) for number in range(right + wrong)]


@given(sums, sums, calibrations)
def test_calibrated_scores_have_the_order_of_the_sums(
    first: float, second: float, calibration: Calibration
) -> None:
    scores = [public_score(total, calibration) for total in (first, second)]
    assert (scores[0] < scores[1]) == (first < second)
    assert all(0 <= score <= 1 for score in scores)


@given(st.floats(0.001, 0.999), calibrations)
def test_a_score_is_found_again_from_what_it_was_calibrated_to(
    score: float, calibration: Calibration
) -> None:
    assert uncalibrated(calibrated(score, calibration), calibration) == pytest.approx(score)
    assert calibrated(score, UNCALIBRATED) == score


def test_certain_scores_stay_so() -> None:
    assert [calibrated(score, (0.5, -2.0)) for score in (0.0, 1.0)] == [0.0, 1.0]


@pytest.mark.parametrize("truth", [(0.8, -1.0), (1.2, 0.5)])
def test_the_fit_finds_how_often_candidates_of_a_score_are_right(truth: Calibration) -> None:
    rows: list[JudgedCandidate] = []
    for tenth in range(1, 10):
        right = round(1000 * calibrated(tenth / 10, truth))
        rows += judged(tenth / 10, right, 1000 - right)
    assert fit_calibration(rows) == pytest.approx(truth, abs=0.01)


def test_few_candidates_change_little_and_none_nothing() -> None:
    assert fit_calibration([]) == UNCALIBRATED
    assert fit_calibration(judged(0.9, 2)) == pytest.approx(UNCALIBRATED, abs=0.2)


def test_the_error_is_the_gap_between_scores_and_shares_bin_by_bin() -> None:
    """Two at 0.9, of which one is right, and one wrong at 0.2: (|1.8 - 1| + |0.2 - 0|) / 3."""
    rows = [*judged(0.9, 1, 1), *judged(0.2, 0, 1)]
    assert calibration_error(rows) == pytest.approx(1 / 3)
    assert calibration_error(judged(1.0, 3)) == 0.0
    assert calibration_error([]) is None


def test_the_error_before_is_that_of_the_scores_without_calibration() -> None:
    calibration = (0.7, -1.0)
    after = [*judged(calibrated(0.9, calibration), 1, 1)]
    assert calibration_error(after, calibration) == pytest.approx(0.4)


def decoded(model: DiffusionNER, settings: SamplerSettings) -> list[list[Span]]:
    phi = model.config.phi(settings.flat)
    proposals = propose(model, WORDS, settings, phi)
    return [select_spans(candidates, phi, settings.flat) for candidates in proposals]


@pytest.mark.parametrize("calibration", [(0.6, -1.5), (1.4, 2.0)])
@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("ensemble", [1, 3])
def test_the_same_entities_are_decoded_with_any_calibration(
    learned: Learned, calibration: Calibration, flat: bool, ensemble: int
) -> None:
    model = DiffusionNER.load(learned.folder)
    settings = SamplerSettings(steps=2, num_spans=8, flat=flat, ensemble=ensemble)
    model.config = replace(model.config, threshold=0.6, flat_threshold=0.5)
    before, scored = decoded(model, settings), propose(model, WORDS, settings)
    old = model.config.calibration_of(flat)

    model.config = with_calibrations(model.config, calibration, calibration)

    assert decoded(model, settings) == before
    for now, then in zip(propose(model, WORDS, settings), scored, strict=True):
        expected = [
            calibrated(uncalibrated(candidate.score, old), calibration) for candidate in then
        ]
        assert [candidate.score for candidate in now] == pytest.approx(expected)


def test_calibrating_keeps_the_entities_and_lowers_what_was_too_sure(
    learned: Learned, tmp_path: Path
) -> None:
    """Gold that the model learnt by heart, half of it taken away: half of its suggestions are
    wrong now."""
    model = DiffusionNER.load(learned.folder)
    model.config = with_calibrations(model.config, UNCALIBRATED, UNCALIBRATED)
    settings = SamplerSettings()
    dev = [replace(example, entities=example.entities[::2]) for example in SENTENCES] * 20
    before, entities = propose(model, WORDS, settings), decoded(model, settings)

    calibrate(model, dev)

    assert decoded(model, settings) == entities
    for now, then in zip(propose(model, WORDS, settings), before, strict=True):
        sure = [pair for pair in zip(now, then, strict=True) if pair[1].score > 0.9]
        assert all(after.score < before.score for after, before in sure)
    model.save(tmp_path)
    assert DiffusionNER.load(tmp_path).config == model.config


def test_a_trace_scores_as_the_pipeline_does(learned: Learned) -> None:
    model = DiffusionNER.load(learned.folder)
    model.config = with_calibrations(model.config, (0.7, -1.0), (0.5, -0.5))
    text = " ".join(SENTENCES[0].words)
    for flat in (False, True):
        settings = SamplerSettings(flat=flat, threshold=0.0)
        trace = Pipeline(model).trace(text, settings)
        predicted = Pipeline(model).predict(text, settings).entities
        assert [entity.score for entity in trace.entities] == [e.score for e in predicted]
        assert trace.calibration == model.config.calibration_of(flat)


def test_tuning_returns_what_the_model_proposes_from_now_on(learned: Learned) -> None:
    model = DiffusionNER.load(learned.folder)
    model.config = with_calibrations(model.config, (0.5, -3.0), (0.5, -3.0))
    settings = SamplerSettings(num_spans=8)

    tuned = tune(model, SENTENCES, settings)

    again = propose(model, WORDS, settings)
    assert [[c.span for c in row] for row in tuned] == [[c.span for c in row] for row in again]
    assert [c.score for row in tuned for c in row] == [c.score for row in again for c in row]
    phi = model.config.threshold
    assert score_proposals(SENTENCES, again, phi, flat=False).f1 == 1.0


def test_nested_decoding_is_tuned_where_nested_entities_were_annotated(
    learned: Learned, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The flat corpus has the outer name alone, so that its inner one, though found, is wrong."""
    words = ("Bank", "of", "England")
    outer, inner = Span(0, 3, "ORG"), Span(2, 3, "ORG")
    candidates = [Candidate(0, 3, "ORG", 0.9, 1, 0), Candidate(2, 3, "ORG", 0.5, 1, 0)]
    monkeypatch.setattr(
        "core.evaluation.tuning.propose", lambda _, sentences, __: [candidates] * len(sentences)
    )
    nested, flat = [Example(words, (outer, inner))] * 20, [Example(words, (outer,))] * 50
    models = [DiffusionNER.load(learned.folder) for _ in range(3)]
    for model, corpora in zip(models, ([nested], [nested, flat], [flat]), strict=True):
        tune(model, merge_corpora(corpora, model.config.labels), SamplerSettings())
    of_nested, of_both, of_flat = (model.config for model in models)
    assert (of_both.threshold, of_both.calibration) == (
        of_nested.threshold,
        of_nested.calibration,
    )
    assert of_both.threshold <= calibrated(0.5, of_both.calibration)
    assert of_flat.threshold > calibrated(0.5, of_flat.calibration)


def test_without_entities_nothing_is_tuned(new_model: NewModel) -> None:
    model = new_model()
    model.config = with_calibrations(model.config, (0.5, 1.0), (0.6, 1.0))
    config = model.config
    tune(model, [Example(("Nobody", "came"))], SamplerSettings(num_spans=4))
    assert model.config == config


def test_calibrating_by_nothing_teaches(
    new_model: NewModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(
        model: DiffusionNER, sentences: Sequence[object], settings: object
    ) -> list[list[Candidate]]:
        return [[] for _ in sentences]

    monkeypatch.setattr("core.evaluation.tuning.propose", nothing)
    with pytest.raises(ValueError, match="proposes nothing for the 4 development sentences"):
        calibrate(new_model(), SENTENCES)


def test_calibrating_by_labels_that_nobody_annotated_teaches(learned: Learned) -> None:
    model = DiffusionNER.load(learned.folder)
    other = [replace(example, entities=(), labels=frozenset({"PERSON"})) for example in SENTENCES]
    before = model.config
    with pytest.raises(ValueError, match="under the labels that they were annotated for"):
        calibrate(model, other)
    assert model.config == before


@pytest.mark.parametrize("flat", [False, True])
def test_the_error_before_calibration_is_that_of_the_same_decoding(
    learned: Learned, flat: bool
) -> None:
    model, sampler = DiffusionNER.load(learned.folder), SamplerSettings(flat=flat)
    model.config = with_calibrations(model.config, UNCALIBRATED, UNCALIBRATED)
    raw = measure(model, SENTENCES, sampler)["calibration_error"]
    model.config = with_calibrations(model.config, (0.6, -1.2), (1.4, 0.5))

    measured = measure(model, SENTENCES, sampler)

    assert measured["uncalibrated_error"] == pytest.approx(raw)
    assert measured["calibration_error"] != pytest.approx(raw)


def test_a_folder_from_before_calibration_keeps_its_scores(
    learned: Learned, tmp_path: Path
) -> None:
    model = DiffusionNER.load(learned.folder)
    model.config = with_calibrations(model.config, UNCALIBRATED, UNCALIBRATED)
    model.save(tmp_path)
    saved = json.loads((tmp_path / CONFIG).read_text())
    del saved["model"]["calibration"], saved["model"]["flat_calibration"]
    (tmp_path / CONFIG).write_text(json.dumps(saved))
    assert DiffusionNER.load(tmp_path).config == model.config


@pytest.mark.parametrize("calibration", [(0.0, 0.0), (-1.0, 0.0), (1.0, float("nan"))])
def test_a_calibration_that_would_turn_the_order_is_refused(calibration: Calibration) -> None:
    with pytest.raises(ValueError, match="a slope above 0 and a finite shift"):
        ModelConfig(("PER",), calibration=calibration)
