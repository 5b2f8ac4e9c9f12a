"""Lines 8 and 9 of Algorithm 1 and appendix A, against values computed by hand."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from core.config import TRAINING, Architecture, TrainingConfig
from core.data.batching import Gold
from core.modeling.network import BoundaryLogProbs
from core.training.learner import DiffusionLearner
from core.training.losses import boundary_losses as gold_word_losses
from core.training.matching import match_one_to_one
from core.training.objective import noised_batch
from core.training.optimization import Optimization
from core.training.paper import assigned_types, boundary_losses, type_losses
from core.types import Example, Span
from tests.core.conftest import NewModel
from tests.core.tiny import SENTENCES

GOLD = Gold.of(
    [Example(("Bank", "of", "China"), (Span(0, 3, "ORG"), Span(2, 3, "LOC")))],
    ("LOC", "ORG"),
    torch.device("cpu"),
)
LEFT = [[0.9, 0.1, 0.2], [0.3, 0.4, 0.6], [0.5, 0.5, 0.5]]
RIGHT = [[0.2, 0.1, 0.8], [0.1, 0.2, 0.7], [0.5, 0.5, 0.5]]
OUTPUT = BoundaryLogProbs(torch.tensor([LEFT]).log(), torch.tensor([RIGHT]).log())
ASSIGNED = torch.tensor([[0, 1, -1]])
"""The first span to "Bank of China", the second to "China", the third to ∅."""


@pytest.mark.parametrize(("spans", "entities"), [(4, 2), (5, 3), (3, 3), (4, 1), (3, 0)])
def test_the_matching_is_the_best_permutation_of_gold_that_is_padded_with_no_entity(
    spans: int, entities: int
) -> None:
    """Appendix A by brute force: the cost of ∅ is 0, that of an entity -(P^l + P^r + P^c)."""
    for seed in range(5):
        cost = -3 * np.random.default_rng(seed).random((spans, entities)).astype(np.float32)
        padded = np.concatenate([cost, np.zeros((spans, spans - entities), np.float32)], axis=1)
        best = min(
            itertools.permutations(range(spans)),
            key=lambda columns: sum(padded[row, column] for row, column in enumerate(columns)),
        )
        expected = [column if column < entities else -1 for column in best]
        assert match_one_to_one(cost).tolist() == expected


def test_more_entities_than_spans_are_matched_as_far_as_the_spans_go() -> None:
    cost = np.array([[-1.0, -3.0, -2.0]], dtype=np.float32)
    assert match_one_to_one(cost).tolist() == [1]


def test_the_printed_line_9_takes_the_gold_words_alone() -> None:
    losses = gold_word_losses(OUTPUT, ASSIGNED, GOLD)[0].tolist()
    assert losses == [
        pytest.approx(-math.log(0.9 * 0.8)),
        pytest.approx(-math.log(0.6 * 0.7)),
        0.0,
    ]


def test_the_boundary_loss_is_the_likelihood_that_no_other_word_is_the_boundary() -> None:
    losses = boundary_losses(OUTPUT, ASSIGNED, GOLD)[0].tolist()
    first = -math.log(0.9 * (1 - 0.1) * (1 - 0.2)) - math.log(0.8 * (1 - 0.2) * (1 - 0.1))
    second = -math.log(0.6 * (1 - 0.3) * (1 - 0.4)) - math.log(0.7 * (1 - 0.1) * (1 - 0.2))
    assert losses == [pytest.approx(first, rel=1e-5), pytest.approx(second, rel=1e-5), 0.0]


def test_a_sigmoid_that_is_sure_has_a_loss_and_a_gradient() -> None:
    sure = torch.full((1, 3, 3), 60.0, requires_grad=True)
    log_probs = torch.nn.functional.logsigmoid(sure)
    loss = boundary_losses(BoundaryLogProbs(log_probs, log_probs), ASSIGNED, GOLD).sum()
    torch.autograd.backward(loss)
    assert loss.isfinite()
    assert sure.grad is not None
    assert sure.grad.isfinite().all()


def test_the_type_loss_counts_every_span_and_no_entity_as_much_as_a_type() -> None:
    probs = torch.tensor([[[0.2, 0.7, 0.1], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8]]])
    targets = assigned_types(ASSIGNED, GOLD, no_entity=2)
    assert targets.tolist() == [[1, 0, 2]]
    losses = type_losses(probs.log(), targets, GOLD.unknown, 1.0)[0].tolist()
    assert losses == [pytest.approx(-math.log(p)) for p in (0.7, 0.6, 0.8)]
    halved = type_losses(probs.log(), targets, GOLD.unknown, 0.5)[0, 2].item()
    assert halved == pytest.approx(-0.5 * math.log(0.8))


def test_a_label_that_nobody_looked_for_is_not_trained_against() -> None:
    unknown = torch.tensor([[True, False, False]])
    probs = torch.tensor([[[0.6, 0.1, 0.3]]])
    loss = type_losses(probs.log(), torch.tensor([[2]]), unknown, 1.0)
    assert loss.item() == pytest.approx(-math.log(0.3 / 0.4), rel=1e-5)


def test_the_loss_of_a_sentence_is_a_sum_over_its_spans(new_model: NewModel) -> None:
    config = replace(TRAINING["paper"], num_spans=9)
    learner = DiffusionLearner(new_model(architecture="paper", lstm_layers=1), config)
    losses = learner.losses(SENTENCES[3:], torch.Generator().manual_seed(0))
    values = {name: loss.item() for name, loss in losses.items()}
    assert values.keys() == {"boundary", "type"}
    assert values["boundary"] == 0, "a sentence without entities has no boundaries to learn"
    noised = noised_batch(learner.model, SENTENCES[3:], config, torch.Generator().manual_seed(0))
    with torch.no_grad():
        output = learner.model.denoiser(noised.x_t, noised.t, noised.encoded)
    nothing = output.type_probs()[0, :, -1].tolist()
    assert len(nothing) == 9
    assert values["type"] == pytest.approx(-sum(map(math.log, nothing)), rel=1e-4)


@pytest.mark.parametrize("frozen", [1, 2])
def test_the_encoder_learns_only_after_the_frozen_epochs(new_model: NewModel, frozen: int) -> None:
    config = TrainingConfig(epochs=3, frozen_epochs=frozen, num_spans=4, batch_size=4)
    optimization = Optimization(DiffusionLearner(new_model(), config), config, total=6)
    weight = optimization.learner.pretrained.encoder.layer[0].output.dense.weight
    changed = []
    for step in range(1, 7):
        before = weight.detach().clone()
        optimization.step(SENTENCES, step)
        changed.append(not torch.equal(weight, before))
    assert changed == [step > 2 * frozen for step in range(1, 7)]


def test_an_encoder_that_would_never_learn_is_refused() -> None:
    with pytest.raises(ValueError, match=r"frozen_epochs must be .* less than epochs, got 5 of 5"):
        TrainingConfig(epochs=5, frozen_epochs=5)


@pytest.mark.parametrize(
    ("architecture", "setting", "other"),
    [
        ("paper", {"all_spans_weight": 1.0}, "spanneal"),
        ("spanneal", {"boundary_loss": "gold_word"}, "paper"),
    ],
)
def test_a_setting_of_the_other_architectures_objective_is_refused(
    new_model: NewModel, architecture: Architecture, setting: dict[str, Any], other: str
) -> None:
    config = replace(TRAINING[architecture], **setting)
    layers = {"lstm_layers": 1} if architecture == "paper" else {}
    (name,) = setting
    with pytest.raises(ValueError, match=f"{name} belongs to the architecture '{other}'"):
        DiffusionLearner(new_model(architecture=architecture, **layers), config)
