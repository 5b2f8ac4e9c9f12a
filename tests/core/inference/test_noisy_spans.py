"""Algorithm 2 with the paper's decoding: lines 4 to 8."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
import torch

from core.config import DecodingRules, new_model_config
from core.diffusion.sampler import SamplerStep, denoise
from core.inference.candidates import candidates, propose
from core.inference.decoding import select
from core.types import SamplerSettings, Span
from tests.core.conftest import NewModel
from tests.core.tiny import SENTENCES

LABELS = ("LOC", "ORG")
RULES = new_model_config(LABELS, "paper").decoding
PAPER: dict[str, Any] = {"architecture": "paper", "lstm_layers": 1}
Slot = tuple[tuple[int, int], float, float, tuple[float, float, float]]
"""Inclusive boundaries, P^l, P^r, and P^c with ∅ last."""


def step_of(slots: Sequence[Slot], decoding: DecodingRules = RULES) -> SamplerStep:
    locations, left, right, types = zip(*slots, strict=True)
    return SamplerStep(
        t=1,
        t_prev=0,
        x_t=torch.zeros(1, len(slots), 2),
        candidates=torch.tensor(locations)[None, :, None],
        candidate_left_probs=torch.tensor(left)[None, :, None],
        candidate_right_probs=torch.tensor(right)[None, :, None],
        classify=lambda boundaries: pytest.fail("the noisy spans are typed"),
        noisy_type_probs=torch.tensor(types)[None],
        decoding=decoding,
    )


BEFORE = step_of([((0, 0), 1.0, 1.0, (1.0, 0.0, 0.0)), ((1, 2), 0.5, 0.5, (0.0, 0.5, 0.5))])
LAST = step_of(
    [
        ((1, 2), 0.9, 0.8, (0.1, 0.6, 0.3)),
        ((1, 2), 0.7, 0.7, (0.7, 0.2, 0.1)),
    ]
)


def test_entities_come_from_the_last_step_and_the_surer_type_of_two_is_kept() -> None:
    (result,) = candidates([BEFORE, LAST], LABELS)
    assert [candidate.span for candidate in result] == [Span(1, 3, "LOC")]
    (best,) = result
    assert best.score == pytest.approx((0.7 + 0.7 + 0.7) / 3), "the plain sum, 0 to 3, over 3"
    assert (best.step, best.slot) == (2, 1)
    assert best.confidence is not None
    assert (best.confidence.since, best.confidence.support) == (1, 0.75)


def test_a_span_whose_likeliest_type_is_no_entity_is_none() -> None:
    nothing = step_of([((0, 0), 1.0, 1.0, (0.3, 0.3, 0.4))])
    assert candidates([nothing], LABELS) == [[]]


@pytest.mark.parametrize(("phi", "count"), [(2.0 / 3, 1), (2.2 / 3, 0)])
def test_the_threshold_filters_the_sum_of_the_three_probabilities(phi: float, count: int) -> None:
    (result,) = candidates([LAST], LABELS)
    assert len(select(result, phi, flat=False)) == count
    assert len(candidates([LAST], LABELS, min_score=phi)[0]) == count


def test_entities_of_all_steps_are_a_departure() -> None:
    rules = replace(RULES, all_steps=True)
    history = [replace(BEFORE, decoding=rules), replace(LAST, decoding=rules)]
    (result,) = candidates(history, LABELS)
    assert {candidate.span for candidate in result} == {Span(0, 1, "LOC"), Span(1, 3, "LOC")}


def test_an_ensemble_scores_the_mean_of_its_seeds() -> None:
    """The slots of one seed follow those of the other: each seed keeps its own proposal."""
    both = replace(LAST, seeds=2)
    (result,) = candidates([both], LABELS, threshold=0.5)
    (best,) = result
    assert best.span == Span(1, 3, "LOC")
    assert best.score == pytest.approx(((0.9 + 0.8 + 0.6) / 3 + (0.7 + 0.7 + 0.7) / 3) / 2)
    assert best.confidence is not None
    assert best.confidence.agreement is not None


@torch.inference_mode()
def test_a_step_of_the_reverse_process_is_algorithm_2(new_model: NewModel) -> None:
    """Equations 5 to 7 from x_T on; nothing restarts, even where all spans crowd."""
    model, words = new_model(**PAPER), [SENTENCES[0].words]
    settings = SamplerSettings(steps=4, num_spans=8)
    steps = list(denoise(model, words, settings))
    encoded = model.encode(model.batch(words))
    for step, following in pairwise(steps):
        output = model.denoiser(step.x_t, torch.tensor([step.t]), encoded)
        left, right = output.left_log_probs.argmax(-1), output.right_log_probs.argmax(-1)
        ordered = left <= right
        predicted = step.boundaries
        assert torch.equal(predicted[..., 0][ordered], left[ordered])
        assert torch.equal(predicted[..., 1][ordered], right[ordered])
        assert torch.equal(step.type_probs, output.type_logits.softmax(-1))
        x_0 = (2 * (predicted + 0.5) / len(words[0]) - 1) * model.config.scale
        alpha, alpha_prev = (model.schedule.alphas_cumprod[t] for t in (step.t, step.t_prev))
        epsilon = (step.x_t - alpha.sqrt() * x_0) / (1 - alpha).sqrt()
        expected = alpha_prev.sqrt() * x_0 + (1 - alpha_prev).sqrt() * epsilon
        assert torch.allclose(following.x_t, expected, atol=1e-5)
        assert step.renewed is not None
        assert not step.renewed.any()


def test_the_departure_of_restarts_restarts(new_model: NewModel) -> None:
    model = new_model(**PAPER, departures=("restarts",))
    steps = list(denoise(model, [SENTENCES[0].words], SamplerSettings(steps=3, num_spans=60)))
    assert any(step.renewed is not None and step.renewed.any() for step in steps)


def test_a_sentence_is_proposed_alike_alone_and_in_a_batch(new_model: NewModel) -> None:
    model = new_model(**PAPER)
    words = [example.words for example in SENTENCES]
    settings = SamplerSettings(steps=2, num_spans=10, ensemble=2)
    combined = propose(model, words, settings)
    for sentence, item in zip(words, combined, strict=True):
        (single,) = propose(model, [sentence], settings)
        assert [candidate.span for candidate in single] == [candidate.span for candidate in item]
