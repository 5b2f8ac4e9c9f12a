from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from core.diffusion.constraints import Constraints
from core.diffusion.sampler import SamplerStep, denoise
from core.inference.candidates import candidates, candidates_by_seed, propose
from core.inference.ensemble import agreements
from core.modeling.model import DiffusionNER
from core.types import Agreement, SamplerSettings, Span
from tests.core.conftest import NewModel

SENTENCES = (
    ("The", "University", "of", "Kyiv", "met", "the", "New", "York", "City", "Council"),
    ("Bo", "met", "Ann"),
)
SETTINGS = SamplerSettings(3, 12, seed=4, ensemble=3)


@pytest.fixture(scope="module")
def model(new_model: NewModel) -> DiffusionNER:
    return new_model()


def test_an_ensemble_denoises_what_its_seeds_denoise_alone(model: DiffusionNER) -> None:
    """Spans of different seeds never meet: each seed's are those it has by itself."""
    combined = list(denoise(model, SENTENCES, SETTINGS))
    for number in range(3):
        settings = replace(SETTINGS, seed=4 + number, ensemble=1)
        personal = slice(12 * number, 12 * number + 12)
        for item, all_seeds in zip(denoise(model, SENTENCES, settings), combined, strict=True):
            assert torch.equal(item.x_t, all_seeds.x_t[:, personal])
            assert torch.equal(item.boundaries, all_seeds.boundaries[:, personal])
            assert torch.equal(item.left_probs, all_seeds.left_probs[:, personal])


def test_a_sentence_is_encoded_once_for_all_seeds(
    model: DiffusionNER, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    read = model.encode
    monkeypatch.setattr(model, "encode", lambda batch: calls.append(1) or read(batch))
    list(denoise(model, SENTENCES, SETTINGS))
    assert calls == [1]


def test_an_ensemble_proposes_what_any_seed_does_at_the_mean_of_their_scores(
    model: DiffusionNER,
) -> None:
    apart = [
        propose(model, SENTENCES, replace(SETTINGS, seed=4 + number, ensemble=1))
        for number in range(3)
    ]
    for row, item in enumerate(propose(model, SENTENCES, SETTINGS)):
        candidates_by_seed = [{entry.span: entry.score for entry in seed[row]} for seed in apart]
        assert {entry.span for entry in item} == set().union(*candidates_by_seed)
        for entry in item:
            mean = sum(scores.get(entry.span, 0.0) for scores in candidates_by_seed) / 3
            assert entry.score == pytest.approx(mean, abs=1e-5)
            assert entry.confidence is not None
            assert entry.confidence.agreement is not None


def test_what_an_ensemble_is_too_unsure_of_is_left_out(model: DiffusionNER) -> None:
    every = propose(model, SENTENCES, SETTINGS)
    least = sorted(item.score for row in every for item in row)[3]
    stored = propose(model, SENTENCES, SETTINGS, least)
    assert stored == [[item for item in row if item.score >= least] for row in every]


def test_agreement_counts_the_seeds_that_say_something_these_boundaries_and_this_type() -> None:
    """Two spans that overlap, one apart; φ = 0.67."""
    result = agreements(
        [Span(0, 3, "ORG"), Span(2, 4, "LOC"), Span(5, 6, "ORG")],
        [[0.83, 0.7, 0.0, 0.33], [0.0, 0.8, 0.73, 0.63], [0.67, 0.63, 0.67, 0.0]],
        threshold=0.67,
    )
    assert result == [
        Agreement(existence=0.75, boundary=0.5, type=1 / 3),
        Agreement(existence=0.75, boundary=0.5, type=2 / 3),
        Agreement(existence=0.5, boundary=0.5, type=1.0),
    ]


def test_nothing_found_is_nothing_to_agree_on_and_a_seed_that_met_nothing_says_nothing() -> None:
    assert agreements([], [], 0.0) == []
    (met,) = agreements([Span(0, 1, "LOC")], [[0.5, 0.0]], threshold=0.0)
    assert met == Agreement(existence=0.5, boundary=0.5, type=1.0)
    (unsaid,) = agreements([Span(0, 1, "LOC")], [[0.5, 0.0]], threshold=1.0)
    assert unsaid == Agreement(existence=0.0, boundary=0.0, type=None)


def test_seeds_do_not_agree_by_what_a_person_decided() -> None:
    """Both land on [0, 1] and [0, 2], one on [2, 2]; P^c is the same everywhere."""
    step = SamplerStep(
        1, 0, torch.zeros(1, 6, 2),
        torch.tensor([[[[0, 1]], [[0, 2]], [[2, 2]], [[0, 1]], [[0, 2]], [[0, 2]]]]),
        torch.full((1, 6, 1), 0.5), torch.full((1, 6, 1), 0.5),
        lambda words: torch.tensor([0.9, 0.1]).expand(*words.shape[:2], 2), 2,
    )  # fmt: skip
    rule = Constraints((Span(0, 2, "LOC"),), (Span(0, 3, "LOC"),))
    predicted = {
        candidate.span: candidate.confidence.agreement
        for rules in (None, [rule])
        for candidate in candidates([step], ["LOC"], 0.0, rules, 0.33)[0]
        if candidate.confidence
    }
    assert predicted[Span(0, 2, "LOC")] == Agreement(1.0, 1.0, 1.0)
    assert predicted[Span(2, 3, "LOC")] == Agreement(0.5, 0.5, 1.0)


def test_a_seed_alone_says_nothing_of_what_another_proposed() -> None:
    """The first proposes [0, 1] and, beside it, [1, 1]; the second [1, 1] and [2, 2]."""
    step = SamplerStep(
        1, 0, torch.zeros(1, 2, 2),
        torch.tensor([[[[0, 1], [1, 1]], [[1, 1], [2, 2]]]]),
        torch.tensor([[[0.9, 0.1], [0.5, 0.4]]]), torch.tensor([[[0.9, 0.1], [0.5, 0.4]]]),
        lambda words: torch.tensor([0.9, 0.1]).expand(*words.shape[:2], 2), 2,
    )  # fmt: skip
    (first,), (second,) = candidates_by_seed([step], ["LOC"], 0.0)
    assert [(item.start, item.end) for item in first] == [(0, 2), (1, 2)]
    assert [(item.start, item.end) for item in second] == [(1, 2), (2, 3)]
    assert first[1].score == pytest.approx((0.1 + 1.8) / 3)
    assert second[0].score == pytest.approx((0.5 + 1.8) / 3)


def test_one_seed_has_nobody_to_agree_with(model: DiffusionNER) -> None:
    settings = replace(SETTINGS, ensemble=1)
    result, _ = candidates(list(denoise(model, SENTENCES, settings)), model.config.labels)
    assert all(item.confidence and item.confidence.agreement is None for item in result)
