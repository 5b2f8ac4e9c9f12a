from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from core.decoding import candidates
from core.ensemble import agreements
from core.evaluation import propose
from core.model import DiffusionNER
from core.sampler import denoise
from core.types import Agreement, SamplerSettings
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
    together = list(denoise(model, SENTENCES, SETTINGS))
    for number in range(3):
        settings = replace(SETTINGS, seed=4 + number, ensemble=1)
        own = slice(12 * number, 12 * number + 12)
        for one, all_seeds in zip(denoise(model, SENTENCES, settings), together, strict=True):
            assert torch.equal(one.x_t, all_seeds.x_t[:, own])
            assert torch.equal(one.words, all_seeds.words[:, own])
            assert torch.equal(one.left_probs, all_seeds.left_probs[:, own])


def test_a_sentence_is_encoded_once_for_all_seeds(
    model: DiffusionNER, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    read = model.read
    monkeypatch.setattr(model, "read", lambda batch: calls.append(1) or read(batch))
    list(denoise(model, SENTENCES, SETTINGS))
    assert calls == [1]


def test_an_ensemble_proposes_what_any_seed_does_at_its_highest_score(
    model: DiffusionNER,
) -> None:
    apart = [
        propose(model, SENTENCES, replace(SETTINGS, seed=4 + number, ensemble=1))
        for number in range(3)
    ]
    for row, found in enumerate(propose(model, SENTENCES, SETTINGS)):
        alone = [{each.span: each.score for each in seed[row]} for seed in apart]
        assert {each.span for each in found} == set().union(*alone)
        for each in found:
            best = max(scores.get(each.span, 0.0) for scores in alone)
            assert each.score == pytest.approx(best, abs=1e-5)
            assert each.confidence is not None
            assert each.confidence.agreement is not None


def test_agreement_counts_the_seeds_that_say_something_these_boundaries_and_this_type() -> None:
    """Two spans that overlap, one apart, one of another sentence; φ = 2."""
    found = agreements(
        rows=torch.tensor([0, 0, 0, 1]),
        words=torch.tensor([[0, 2], [2, 3], [5, 5], [0, 2]]),
        types=torch.tensor([0, 1, 0, 1]),
        seed_scores=torch.tensor(
            [[2.5, 2.1, 0.0, 1.0], [0.0, 2.4, 2.2, 1.9], [2.0, 1.9, 2.0, 0.0], [0.0] * 4]
        ),
        threshold=2.0,
    )
    assert found == [
        Agreement(existence=0.75, boundary=0.5, type=pytest.approx(1 / 3)),  # type: ignore[arg-type]
        Agreement(existence=0.75, boundary=0.5, type=pytest.approx(2 / 3)),  # type: ignore[arg-type]
        Agreement(existence=0.5, boundary=0.5, type=1.0),
        Agreement(existence=0.0, boundary=0.0, type=0.0),
    ]


def test_nothing_found_is_nothing_to_agree_on_and_a_seed_that_met_nothing_says_nothing() -> None:
    none = torch.zeros(0, dtype=torch.long)
    assert agreements(none, none.view(0, 2), none, torch.zeros(0, 2), 0.0) == []
    one = torch.zeros(1, dtype=torch.long)
    met = torch.tensor([[0.5, 0.0]])
    (said,) = agreements(one, one.expand(1, 2), one, met, threshold=0.0)
    assert said == Agreement(existence=0.5, boundary=0.5, type=1.0)


def test_one_seed_has_nobody_to_agree_with(model: DiffusionNER) -> None:
    settings = replace(SETTINGS, ensemble=1)
    found, _ = candidates(list(denoise(model, SENTENCES, settings)), model.config.labels)
    assert all(each.confidence and each.confidence.agreement is None for each in found)
