from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.diffusion import boundaries
from core.diffusion.constraints import ConstraintBatch, Constraints
from core.diffusion.sampler import denoise
from core.inference.candidates import candidates, propose
from core.inference.decoding import select
from core.modeling.model import DiffusionNER
from core.types import SamplerSettings, Span
from tests.core.conftest import NewModel

WORDS = ("The", "University", "of", "Kyiv", "met", "the", "New", "York", "City", "Council")
SENTENCES = (WORDS, ("Bo", "met", "Ann"))
KYIV, CITY = Span(3, 4, "LOC"), Span(6, 9, "GPE")
RULES = (Constraints(fixed=(KYIV, CITY)), Constraints())
SETTINGS = SamplerSettings(4, 12, seed=3)


@pytest.fixture(scope="module")
def model(new_model: NewModel) -> DiffusionNER:
    return new_model()


def test_fixed_spans_are_returned_with_their_label_and_a_full_score(model: DiffusionNER) -> None:
    """Also with a label that the model does not have."""
    result, _ = propose(model, SENTENCES, SETTINGS, 0.0, RULES)
    assert [(item.span, item.score, item.fixed) for item in result[:2]] == [
        (KYIV, 1.0, True),
        (CITY, 1.0, True),
    ]
    assert all(not item.fixed and item.confidence for item in result[2:])
    assert not {(3, 4), (6, 9)} & {(item.start, item.end) for item in result[2:]}


@pytest.mark.parametrize("eta", [0.0, 1.0])
def test_fixed_spans_are_their_own_boundaries_noised_to_each_timestep(
    model: DiffusionNER, eta: float
) -> None:
    many = SamplerSettings(5, 2000, seed=1, eta=eta)
    rules = (Constraints(fixed=(KYIV,) * 2000),)
    x_0 = boundaries.to_signal(torch.tensor([[[3, 3]]]), torch.tensor([len(WORDS)]), 1.0)
    for step in denoise(model, [WORDS], many, rules):
        alpha = model.schedule.alphas_cumprod[step.t]
        noise = (step.x_t - alpha.sqrt() * x_0) / (1 - alpha).sqrt()
        assert noise.mean().item() == pytest.approx(0, abs=0.08)
        assert noise.std().item() == pytest.approx(1, abs=0.08)
        assert bool((step.boundaries == 3).all())


def test_the_noise_of_fixed_spans_follows_from_the_seed_whatever_shares_the_batch(
    model: DiffusionNER,
) -> None:
    combined = list(denoise(model, SENTENCES, SETTINGS, RULES))
    again = list(denoise(model, SENTENCES, SETTINGS, RULES))
    single = list(denoise(model, [WORDS], SETTINGS, RULES[:1]))
    for item, pair, three in zip(combined, again, single, strict=True):
        assert torch.equal(item.x_t, pair.x_t)
        assert torch.allclose(item.x_t[0], three.x_t[0], atol=1e-5)


@pytest.mark.parametrize(("renew", "eta"), [(True, 0.0), (False, 1.0)])
def test_sentences_without_constraints_are_denoised_as_ever(
    model: DiffusionNER, renew: bool, eta: float
) -> None:
    settings = replace(SETTINGS, renew=renew, eta=eta)
    free = denoise(model, SENTENCES, settings)
    for item, other in zip(free, denoise(model, SENTENCES, settings, RULES), strict=True):
        assert torch.equal(item.x_t[1], other.x_t[1])
        assert torch.equal(item.boundaries[1], other.boundaries[1])


def test_a_span_fixed_twice_is_returned_once(model: DiffusionNER) -> None:
    result, _ = propose(model, SENTENCES, SETTINGS, 0.0, (Constraints((KYIV, KYIV)), Constraints()))
    assert [item.span for item in result].count(KYIV) == 1


def test_as_many_fixed_spans_as_noisy_ones_leave_nothing_to_suggest(model: DiffusionNER) -> None:
    settings = replace(SETTINGS, num_spans=2)
    result, _ = propose(model, SENTENCES, settings, 0.0, RULES)
    assert [item.span for item in result] == [KYIV, CITY]


def test_fixed_spans_keep_their_slots_and_change_what_the_others_see(model: DiffusionNER) -> None:
    first, second = islice(denoise(model, SENTENCES, SETTINGS, RULES), 2)
    for step in (first, second):
        assert step.boundaries[0, :2].tolist() == [[3, 3], [6, 8]]
        assert step.left_probs[0, :2].tolist() == [1.0, 1.0]
    free = next(iter(denoise(model, SENTENCES, SETTINGS)))
    assert torch.equal(free.x_t[0, 2:], first.x_t[0, 2:])
    assert not torch.equal(free.left_probs[0, 2:], first.left_probs[0, 2:])


@pytest.mark.parametrize("renew", [False, True])
def test_spans_that_land_on_a_decided_place_start_again(model: DiffusionNER, renew: bool) -> None:
    settings = SamplerSettings(2, 30, seed=5, renew=renew)
    (free, _) = denoise(model, [WORDS], settings)
    left, right = free.boundaries[0, 20].tolist()
    rules = (Constraints(suppressed=(Span(left, right + 1, "LOC"),)),)
    first, second = denoise(model, [WORDS], settings, rules)
    landed = (first.boundaries[0] == torch.tensor([left, right])).all(-1)
    x_0 = boundaries.to_signal(first.boundaries, torch.tensor([len(WORDS)]), 1.0)
    on = model.schedule.ddim_step(first.x_t, x_0, first.t, first.t_prev, 0.0, None)
    assert landed[20]
    assert not (second.x_t[0] == on[0]).all(-1)[landed].any()


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_a_suppressed_span_never_returns(model: DiffusionNER, data: st.DataObject) -> None:
    result, _ = propose(model, SENTENCES, SETTINGS)
    refused = data.draw(st.sets(st.sampled_from([item.span for item in result]), min_size=1))
    rules = (Constraints(suppressed=tuple(refused)), Constraints())
    left, _ = propose(model, SENTENCES, SETTINGS, 0.0, rules)
    assert not refused & {item.span for item in left}


def test_another_label_on_suppressed_boundaries_may_be_returned(model: DiffusionNER) -> None:
    (free, _) = propose(model, SENTENCES, SETTINGS)
    example = free[0].span
    other = Span(example.start, example.end, "something else")
    rules = (Constraints(suppressed=(other,)), Constraints())
    result, _ = propose(model, SENTENCES, SETTINGS, 0.0, rules)
    assert example in {item.span for item in result}


def test_flat_keeps_every_fixed_span_and_nothing_that_overlaps_one(model: DiffusionNER) -> None:
    rules = (Constraints(fixed=(Span(0, 4, "ORG"), KYIV)), Constraints())
    result, _ = propose(model, SENTENCES, SETTINGS, 0.0, rules)
    stored = select(result, 0.0, flat=True)
    assert {item.span for item in stored if item.start < 4} == {Span(0, 4, "ORG"), KYIV}


def test_spans_that_hold_a_decided_place_are_not_taken_from_it() -> None:
    rules = ConstraintBatch.of(
        [Constraints((KYIV,), (Span(0, 1, "X"),))], [10], 4, torch.device("cpu")
    )
    words = torch.tensor([[[3, 3], [3, 3], [0, 0], [0, 1]]])
    assert rules.on_decided(words).tolist() == [[False, True, True, False]]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (Constraints(fixed=(Span(9, 11, "LOC"),)), r"\[9, 11\) 'LOC' reaches past .* 10 words"),
        (Constraints(suppressed=(Span(10, 11, "X"),)), "reaches past its sentence"),
        (Constraints(fixed=(KYIV,) * 13), "13 spans .* num_spans = 12"),
    ],
)
def test_constraints_that_do_not_fit_their_sentence_teach(
    model: DiffusionNER, rule: Constraints, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        next(denoise(model, [WORDS], SETTINGS, [rule]))


def test_what_is_kept_cannot_be_refused_as_well() -> None:
    with pytest.raises(ValueError, match="both fixed and suppressed"):
        Constraints((KYIV,), (KYIV,))


def test_constraints_and_an_ensemble_go_together(model: DiffusionNER) -> None:
    settings = SamplerSettings(2, 12, ensemble=3)
    history = list(denoise(model, SENTENCES, settings, RULES))
    assert history[0].boundaries[0, [0, 1, 12, 13, 24, 25]].tolist() == [[3, 3], [6, 8]] * 3
    result, _ = candidates(history, model.config.labels, 0.0, RULES)
    assert [item.span for item in result[:2]] == [KYIV, CITY]
