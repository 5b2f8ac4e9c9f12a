from __future__ import annotations

from itertools import islice, pairwise
from typing import Any

import pytest
import torch

from core.diffusion import boundaries
from core.diffusion.sampler import SamplerStep, crowded, denoise, generator_for
from core.modeling.model import DiffusionNER
from core.types import SamplerSettings
from tests.core.conftest import NewModel

SENTENCES = (
    ("Bo", "met", "Ann"),
    ("The", "University", "of", "Kyiv", "met", "the", "New", "York", "City", "Council"),
    ("Oslo",),
)
SETTINGS = SamplerSettings(steps=4, num_spans=12, seed=3)


def run(model: DiffusionNER, settings: SamplerSettings = SETTINGS) -> list[SamplerStep]:
    return list(denoise(model, SENTENCES, settings))


def same(single: list[SamplerStep], other: list[SamplerStep]) -> bool:
    return all(
        torch.equal(a.x_t, b.x_t)
        and torch.equal(a.boundaries, b.boundaries)
        and torch.equal(a.left_probs, b.left_probs)
        and torch.equal(a.type_probs, b.type_probs)
        for a, b in zip(single, other, strict=True)
    )


@pytest.mark.parametrize("eta", [0.0, 0.7])
@pytest.mark.parametrize("lstm_layers", [0, 1])
def test_a_batch_of_sentences_gives_what_each_gives_alone(
    new_model: NewModel, eta: float, lstm_layers: int
) -> None:
    model = new_model(lstm_layers=lstm_layers)
    settings = SamplerSettings(steps=4, num_spans=12, seed=3, eta=eta)
    combined = list(denoise(model, SENTENCES, settings))
    for row, words in enumerate(SENTENCES):
        for item, all_rows in zip(denoise(model, [words], settings), combined, strict=True):
            assert torch.allclose(item.x_t[0], all_rows.x_t[row], atol=1e-5)
            assert torch.equal(item.boundaries[0], all_rows.boundaries[row])
            assert torch.allclose(item.left_probs[0], all_rows.left_probs[row], atol=1e-5)
            assert torch.allclose(item.right_probs[0], all_rows.right_probs[row], atol=1e-5)
            assert torch.allclose(item.type_probs[0], all_rows.type_probs[row], atol=1e-5)


@pytest.mark.parametrize("eta", [0.0, 1.0])
def test_the_same_seed_gives_the_same_bytes_and_another_one_others(
    new_model: NewModel, eta: float
) -> None:
    model = new_model()
    single, again, other = (
        run(model, SamplerSettings(4, 12, eta=eta, seed=seed)) for seed in (1, 1, 2)
    )
    assert same(single, again)
    assert not same(single, other)


def test_sampling_leaves_the_global_randomness_alone(new_model: NewModel) -> None:
    model = new_model()
    state = torch.random.get_rng_state()
    run(model, SamplerSettings(steps=2, num_spans=5, eta=1.0))
    assert torch.equal(state, torch.random.get_rng_state())


def test_noise_differs_between_sentences_and_seeds() -> None:
    draws = {
        torch.randn(1, generator=generator_for(seed, words)).item()
        for seed in (0, 1, -1)
        for words in (("a", "b"), ("ab",), ("b", "a"), ("\ud800",))
    }
    assert len(draws) == 12


@pytest.mark.parametrize("renew", [False, True])
def test_each_step_starts_where_the_ddim_step_before_it_arrived(
    new_model: NewModel, renew: bool
) -> None:
    """Renewed spans aside, which the paper does not have."""
    model = new_model()
    steps = run(model, SamplerSettings(4, 12, renew=renew))
    assert [(step.t, step.t_prev) for step in steps] == model.schedule.ddim_pairs(4)
    lengths = torch.tensor([len(words) for words in SENTENCES])
    for before, after in pairwise(steps):
        x_0 = boundaries.to_signal(before.boundaries, lengths, 1.0)
        x_t = model.schedule.ddim_step(before.x_t, x_0, before.t, before.t_prev, 0.0, None)
        renewed = crowded(before.boundaries) & torch.tensor(renew)
        assert torch.allclose(after.x_t[~renewed], x_t[~renewed])
        assert not (after.x_t == x_t).all(-1)[renewed].any()


@pytest.mark.parametrize(("num_spans", "room"), [(1, 1), (6, 1), (11, 1), (12, 2), (60, 10)])
def test_a_place_holds_a_sixth_of_the_spans_and_the_first_stay(num_spans: int, room: int) -> None:
    words = torch.tensor([[[2, 3]] * num_spans, [[i, i] for i in range(num_spans)]])
    assert crowded(words).tolist() == [
        [False] * room + [True] * (num_spans - room),
        [False] * num_spans,
    ]


def test_spans_are_in_one_place_only_if_both_boundaries_agree() -> None:
    words = torch.tensor([[[0, 1], [2, 3], [0, 1], [0, 2], [0, 1], [1, 1]]])
    assert crowded(words).tolist() == [[False, False, True, False, True, False]]


def test_renewed_spans_are_random_spans_noised_to_the_timestep(new_model: NewModel) -> None:
    model = new_model()
    for parameter in model.parameters():
        torch.nn.init.zeros_(parameter)  # so that nothing tells the words of a sentence apart
    first, second = denoise(model, SENTENCES, SamplerSettings(2, 4000))
    renewed = second.x_t[crowded(first.boundaries)]
    alpha = model.schedule.alphas_cumprod[500]
    clamped = torch.randn(200_000, generator=torch.Generator().manual_seed(0)).clamp(-1, 1)
    expected = (alpha * clamped.var() + 1 - alpha).sqrt()
    assert len(renewed) > 3000
    assert renewed.mean().item() == pytest.approx(0, abs=0.05)
    assert renewed.std().item() == pytest.approx(expected.item(), abs=0.05)


def test_eta_adds_fresh_noise_of_the_ancestral_size_between_steps(new_model: NewModel) -> None:
    model = new_model()
    first, second = denoise(model, SENTENCES, SamplerSettings(2, 2000, eta=1.0, renew=False))
    x_0 = boundaries.to_signal(
        first.boundaries, torch.tensor([len(words) for words in SENTENCES]), 1.0
    )
    still = model.schedule.ddim_step(first.x_t, x_0, 1000, 500, 1.0, None)
    alpha, alpha_prev = (model.schedule.alphas_cumprod[t] for t in (1000, 500))
    sigma = ((1 - alpha_prev) / (1 - alpha) * (1 - alpha / alpha_prev)).sqrt()
    fresh = (second.x_t - still) / sigma
    assert fresh.mean().item() == pytest.approx(0, abs=0.05)
    assert fresh.std().item() == pytest.approx(1, abs=0.05)


def test_the_first_step_starts_from_standard_gaussian_noise(new_model: NewModel) -> None:
    x_t = next(denoise(new_model(), SENTENCES, SamplerSettings(1, 2000))).x_t
    assert x_t.mean().item() == pytest.approx(0, abs=0.05)
    assert x_t.std().item() == pytest.approx(1, abs=0.05)


def test_each_step_says_p_left_p_right_and_the_types_of_every_noisy_span(
    new_model: NewModel,
) -> None:
    lengths = torch.tensor([[len(words)] for words in SENTENCES])
    for step in run(new_model()):
        assert step.boundaries.shape == (3, 12, 2)
        assert bool((step.boundaries[..., 1] < lengths).all())
        assert bool((step.boundaries[..., 0] <= step.boundaries[..., 1]).all())
        for probs in (step.left_probs, step.right_probs):
            assert probs.shape == (3, 12)
            assert bool(((probs > 0) & (probs <= 1.0001)).all())
        assert torch.allclose(step.type_probs.sum(-1), torch.ones(3, 12), atol=1e-5)


def test_a_sentence_is_encoded_once_for_all_steps_and_only_when_asked(
    new_model: NewModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = new_model()
    calls: list[Any] = []
    read = model.encode
    monkeypatch.setattr(model, "encode", lambda batch: calls.append(batch) or read(batch))
    steps = denoise(model, SENTENCES, SamplerSettings(steps=10, num_spans=4))
    assert len(calls) == 0
    assert len(list(islice(steps, 3))) == 3
    steps.close()  # type: ignore[attr-defined]
    assert len(calls) == 1


def test_more_steps_than_the_model_was_trained_with_teach(new_model: NewModel) -> None:
    with pytest.raises(ValueError, match="between 1 and the model's T = 10, got 11"):
        next(denoise(new_model(timesteps=10), SENTENCES, SamplerSettings(steps=11)))


@pytest.mark.parametrize("schedule", ["cosine", "linear"])
@pytest.mark.parametrize(("timesteps", "scale"), [(10, 1.0), (1000, 2.0)])
def test_every_schedule_length_and_scale_runs_to_its_end(
    new_model: NewModel, schedule: str, timesteps: int, scale: float
) -> None:
    model = new_model(schedule=schedule, timesteps=timesteps, scale=scale)
    for eta in (0.0, 1.0):
        steps = run(model, SamplerSettings(10, 8, eta=eta))
        assert len(steps) == 10
        assert all(bool(step.x_t.isfinite().all()) for step in steps)
