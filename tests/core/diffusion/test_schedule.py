from __future__ import annotations

import math
from itertools import pairwise
from typing import get_args

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.config import ScheduleName
from core.diffusion.boundaries import to_boundaries, to_signal
from core.diffusion.schedule import NoiseSchedule

every_schedule = pytest.mark.parametrize("name", get_args(ScheduleName))
every_length = pytest.mark.parametrize("timesteps", [10, 1000])


def by_hand(*alphas_cumprod: float) -> NoiseSchedule:
    """A schedule with ᾱ_0, ᾱ_1 … that make round numbers."""
    schedule = NoiseSchedule("linear", len(alphas_cumprod) - 1)
    schedule.alphas_cumprod = torch.tensor(alphas_cumprod)
    return schedule


@every_schedule
@every_length
def test_the_products_of_single_noise_steps_are_alphas_cumprod(
    name: ScheduleName, timesteps: int
) -> None:
    """Equations 1 to 3: mean √ᾱ_t x_0 and variance 1 - ᾱ_t, one q(x_t | x_{t-1}) at a time."""
    schedule = NoiseSchedule(name, timesteps)
    mean, variance = 1.0, 0.0
    for t, beta in enumerate(schedule.betas.tolist(), start=1):
        mean *= math.sqrt(1 - beta)
        variance = (1 - beta) * variance + beta
        alpha = schedule.alphas_cumprod[t].item()
        assert math.sqrt(alpha) == pytest.approx(mean, abs=1e-6)
        assert 1 - alpha == pytest.approx(variance, abs=1e-6)


def test_the_linear_schedule_runs_from_1e_4_to_2e_2() -> None:
    schedule = NoiseSchedule("linear", 1000)
    assert schedule.betas[0].item() == pytest.approx(1e-4)
    assert schedule.betas[-1].item() == pytest.approx(2e-2)
    second = 1e-4 + (2e-2 - 1e-4) / 999
    assert schedule.alphas_cumprod[2].item() == pytest.approx((1 - 1e-4) * (1 - second))


def test_the_cosine_schedule_is_a_squared_cosine() -> None:
    schedule = NoiseSchedule("cosine", 1000)

    def cosine(share: float) -> float:
        return math.cos((share + 0.008) / 1.008 * math.pi / 2) ** 2

    for t in (1, 250, 500, 900):
        expected = cosine(t / 1000) / cosine(0)
        assert schedule.alphas_cumprod[t].item() == pytest.approx(expected, abs=1e-6)
    assert schedule.betas.max().item() == pytest.approx(0.999)


@every_schedule
@every_length
def test_noise_only_grows_from_none_to_nearly_all(name: ScheduleName, timesteps: int) -> None:
    alphas = NoiseSchedule(name, timesteps).alphas_cumprod.tolist()
    assert len(alphas) == timesteps + 1
    assert alphas[0] == 1.0
    assert all(after < before for before, after in pairwise(alphas))
    assert 0 < alphas[-1] < 1e-4


def test_a_noisy_span_is_the_mix_that_equation_4_says() -> None:
    x_0 = torch.tensor([[[0.5, -0.5]], [[0.5, -0.5]]])
    noise = torch.tensor([[[1.0, 2.0]], [[1.0, 2.0]]])
    x_t = by_hand(1.0, 0.64, 0.36).q_sample(x_0, torch.tensor([1, 2]), noise)
    assert x_t[0].flatten().tolist() == pytest.approx([0.8 * 0.5 + 0.6, -0.8 * 0.5 + 1.2])
    assert x_t[1].flatten().tolist() == pytest.approx([0.6 * 0.5 + 0.8, -0.6 * 0.5 + 1.6])


def test_a_ddim_step_is_what_equations_6_and_7_say() -> None:
    schedule = by_hand(1.0, 0.64, 0.36)
    x_t, x_0 = torch.tensor([[[1.0, -1.0]]]), torch.tensor([[[0.5, 0.5]]])
    noise = [(1.0 - 0.6 * 0.5) / 0.8, (-1.0 - 0.6 * 0.5) / 0.8]  # 0.875, -1.625
    expected = [0.8 * 0.5 + 0.6 * epsilon for epsilon in noise]
    x_prev = schedule.ddim_step(x_t, x_0, 2, 1, 0.0, None)
    assert x_prev.flatten().tolist() == pytest.approx(expected)


def test_the_last_step_arrives_at_the_predicted_boundaries() -> None:
    x_t, x_0 = torch.tensor([[[1.0, -1.0]]]), torch.tensor([[[0.25, 0.5]]])
    for eta, noise in ((0.0, None), (1.0, torch.ones(1, 1, 2))):
        done = by_hand(1.0, 0.64, 0.36).ddim_step(x_t, x_0, 2, 0, eta, noise)
        assert torch.allclose(done, x_0)


@every_schedule
def test_a_ddim_step_with_the_true_x_0_undoes_exactly_its_share_of_the_noise(
    name: ScheduleName,
) -> None:
    schedule = NoiseSchedule(name, 1000)
    generator = torch.Generator().manual_seed(0)
    x_0, noise = torch.randn(2, 1, 8, 2, generator=generator).unbind(0)
    for t, t_prev in schedule.ddim_pairs(7):
        x_t = schedule.q_sample(x_0, torch.tensor([t]), noise)
        expected = schedule.q_sample(x_0, torch.tensor([t_prev]), noise)
        result = schedule.ddim_step(x_t, x_0, t, t_prev, 0.0, None)
        assert torch.allclose(result, expected, atol=1e-4)


@every_schedule
def test_eta_1_is_ancestral_sampling(name: ScheduleName) -> None:
    """Mean and variance of q(x_{t-1} | x_t, x_0) of Ho et al. (2020), their equation 7."""
    schedule = NoiseSchedule(name, 50)
    x_t, x_0 = torch.tensor([[[0.7, -1.3]]]), torch.tensor([[[0.2, 0.4]]])
    for t in range(2, 51):
        alpha_bar, before = (schedule.alphas_cumprod[step].item() for step in (t, t - 1))
        beta = schedule.betas[t - 1].item()
        mean = (
            math.sqrt(before) * beta / (1 - alpha_bar) * x_0
            + math.sqrt(1 - beta) * (1 - before) / (1 - alpha_bar) * x_t
        )
        deviation = math.sqrt((1 - before) / (1 - alpha_bar) * beta)
        still = schedule.ddim_step(x_t, x_0, t, t - 1, 1.0, torch.zeros(1, 1, 2))
        shaken = schedule.ddim_step(x_t, x_0, t, t - 1, 1.0, torch.ones(1, 1, 2))
        assert torch.allclose(still, mean, atol=1e-4)
        assert torch.allclose(shaken - still, torch.full((1, 1, 2), deviation), atol=1e-4)


def check_chain(timesteps: int, steps: int) -> None:
    pairs = NoiseSchedule("linear", timesteps).ddim_pairs(steps)
    assert len(pairs) == steps
    assert pairs[0][0] == timesteps
    assert pairs[-1][1] == 0
    assert all(t > t_prev for t, t_prev in pairs)
    assert all(before[1] == after[0] for before, after in pairwise(pairs))
    strides = [t - t_prev for t, t_prev in pairs]
    assert max(strides) - min(strides) <= 1


def test_every_chain_of_steps_up_to_t_40_falls_from_t_to_0_without_a_gap() -> None:
    for timesteps in range(1, 41):
        for steps in range(1, timesteps + 1):
            check_chain(timesteps, steps)


@given(st.integers(1, 1000).flatmap(lambda t: st.tuples(st.just(t), st.integers(1, t))))
def test_any_chain_of_steps_falls_from_t_to_0_without_a_gap(chain: tuple[int, int]) -> None:
    check_chain(*chain)


@pytest.mark.parametrize("steps", [-1, 0, 11])
def test_a_number_of_steps_that_cannot_be_taken_teaches(steps: int) -> None:
    with pytest.raises(ValueError, match=rf"between 1 and the model's T = 10, got {steps}"):
        NoiseSchedule("cosine", 10).ddim_pairs(steps)


@every_schedule
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_with_almost_no_noise_a_noisy_span_is_the_gold_one(
    name: ScheduleName, scale: float
) -> None:
    """Training and inference agree about coordinates: x_0, and x_1 of 1000, are gold."""
    schedule = NoiseSchedule(name, 1000)
    noise = torch.randn(1, 210, 2, generator=torch.Generator().manual_seed(0)).clamp(-3, 3)
    gold = torch.combinations(torch.arange(20), with_replacement=True)[None]
    lengths = torch.tensor([20])
    x_0 = to_signal(gold, lengths, scale)
    for t, mix in ((0, noise), (1, noise)):
        x_t = schedule.q_sample(x_0, torch.tensor([t]), mix)
        assert torch.equal(to_boundaries(x_t, lengths, scale), gold), t
