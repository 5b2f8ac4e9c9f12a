from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from core.data.batching import Gold
from core.modeling.denoiser import BoundaryLogProbs
from core.training.losses import (
    all_spans_loss,
    assign,
    boundary_loss,
    type_loss,
    type_targets,
)
from core.types import Example, Span

WORDS = ("Bank", "of", "China", "grew")
NESTED = Example(WORDS, (Span(0, 3, "ORG"), Span(2, 3, "LOC")))
EMPTY = Example(WORDS)
LABELS = ("LOC", "ORG")
NO_ENTITY = 2


def gold_of(*examples: Example) -> Gold:
    return Gold.of(examples, LABELS, torch.device("cpu"))


def boundaries(*spans: tuple[int, int], sure: float = 0.7) -> BoundaryLogProbs:
    """One sentence of four words; each slot gives `sure` to its own l and r."""

    def probs(column: int) -> Tensor:
        table = torch.full((1, len(spans), 4), (1 - sure) / 3)
        for slot, span in enumerate(spans):
            table[0, slot, span[column]] = sure
        return table.log()

    return BoundaryLogProbs(probs(0), probs(1))


def test_only_the_exact_boundaries_of_an_entity_are_given_its_type() -> None:
    words = torch.tensor([[[0, 2], [2, 2], [0, 1], [1, 2]]] * 2)
    targets = type_targets(words, gold_of(NESTED, EMPTY), NO_ENTITY)
    assert targets.tolist() == [[1, 0, 2, 2], [2, 2, 2, 2]]


def test_each_entity_takes_the_slots_that_predict_it_best() -> None:
    output = boundaries((2, 2), (0, 2), (3, 3), (0, 2))
    types = torch.tensor([[[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8], [0.1, 0.7, 0.2]]])
    positions = torch.tensor([[[2.0, 2.0], [0.0, 2.0], [3.0, 3.0], [0.0, 2.0]]])
    lengths = torch.tensor([4])
    result = assign(output, types, positions, gold_of(NESTED), lengths, 2.0)
    assert result.tolist() == [[1, 0, 1, 0]]


@pytest.mark.parametrize("better", ["left", "right", "type", "distance"])
def test_each_part_of_the_cost_decides_where_the_others_are_equal(better: str) -> None:
    """Two slots of which the second is better for the entity [0, 2] in one part, and no better
    for [3, 3]."""
    other = (0 if better == "left" else 1, 2 if better == "right" else 1)
    types = torch.full((1, 2, 3), 0.3)
    positions = torch.tensor([[[1.0, 1.0], [1.0, 1.0]]])
    if better == "type":
        types[0, 1, 1] = 0.4
    if better == "distance":
        positions[0, 1, 0] = 0.8
    entities = gold_of(Example(WORDS, (NESTED.entities[0], Span(3, 4, "LOC"))))
    output = boundaries((1, 1), other)
    result = assign(output, types, positions, entities, torch.tensor([4]), 2.0)
    assert result.tolist() == [[1, 0]]


def test_equal_predictions_go_to_the_entity_that_their_noise_is_nearest_to() -> None:
    output = boundaries((1, 2), (1, 2))
    types = torch.full((1, 2, 3), 1 / 3)
    near_inner_first = torch.tensor([[[2.0, 2.0], [0.2, 1.9]]])
    result = assign(output, types, near_inner_first, gold_of(NESTED), torch.tensor([4]), 2.0)
    assert result.tolist() == [[1, 0]]


def test_a_sentence_without_entities_in_the_batch_matches_nothing() -> None:
    first = boundaries((2, 2), (0, 2))
    both = BoundaryLogProbs(
        first.left_log_probs.repeat(2, 1, 1), first.right_log_probs.repeat(2, 1, 1)
    )
    result = assign(
        both,
        torch.full((2, 2, 3), 1 / 3),
        torch.zeros(2, 2, 2),
        gold_of(NESTED, EMPTY),
        torch.tensor([4, 4]),
        2.0,
    )
    assert sorted(result[0].tolist()) == [0, 1]
    assert result[1].tolist() == [-1, -1]


def test_the_boundary_loss_is_the_mean_surprise_at_the_assigned_boundaries() -> None:
    output = boundaries((0, 2), (3, 2), (1, 1))
    assignment = torch.tensor([[0, 1, -1]])  # right; left wrong and right right; left out
    sure, unsure = -math.log(0.7), -math.log(0.1)
    expected = ((sure + sure) + (unsure + sure)) / 2
    result = boundary_loss(output, assignment, gold_of(NESTED))
    assert result.item() == pytest.approx(expected)


def test_the_boundary_loss_without_entities_is_zero_and_can_be_trained_on() -> None:
    logits = torch.zeros(1, 2, 4, requires_grad=True)
    log_probs = logits.log_softmax(-1)
    loss = boundary_loss(
        BoundaryLogProbs(log_probs, log_probs), torch.full((1, 2), -1), gold_of(EMPTY)
    )
    loss.backward()
    assert loss.item() == 0.0
    assert logits.grad is not None
    assert not logits.grad.any()


def test_the_type_loss_is_the_weighted_mean_surprise_of_the_valid_spans() -> None:
    logits = torch.tensor([[[0.5, 0.25, 0.25], [0.25, 0.25, 0.5], [0.1, 0.1, 0.8]]]).log()
    targets = torch.tensor([[0, 2, 1]])
    valid = torch.tensor([[True, True, False]])
    unknown = torch.zeros(1, 3, dtype=torch.bool)
    expected = (-math.log(0.5) + 0.3 * -math.log(0.5)) / 1.3
    assert type_loss(logits, targets, valid, unknown, 0.3).item() == pytest.approx(expected)
    misread = type_loss(logits, torch.tensor([[1, 2, 1]]), valid, unknown, 0.3).item()
    assert misread == pytest.approx((-math.log(0.25) + 0.3 * -math.log(0.5)) / 1.3)


def test_the_loss_over_all_spans_is_their_surprise_a_word() -> None:
    """Two sentences of two words and one: three spans of five count."""
    logits = torch.tensor([[[0.5, 0.25, 0.25]] * 3, [[0.1, 0.1, 0.8]] * 3]).log()
    targets = torch.tensor([[0, 2, 2], [2, 2, 2]])
    valid = torch.tensor([[True, True, False], [True, False, False]])
    unknown = torch.zeros(2, 3, dtype=torch.bool)
    loss = all_spans_loss(logits, targets, valid, unknown, torch.tensor([2, 1]))
    assert loss.item() == pytest.approx(-(math.log(0.5) + math.log(0.25) + math.log(0.8)) / 3)


@pytest.mark.parametrize("over_all", [False, True])
def test_labels_unknown_to_a_sentences_annotators_get_no_gradient(over_all: bool) -> None:
    example = Example(WORDS, (Span(2, 3, "LOC"),), labels=frozenset({"LOC"}))
    gold = gold_of(example, NESTED)
    logits = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(0)).requires_grad_()
    targets = torch.tensor([[0, 2, 2, 2, 2], [1, 0, 2, 2, 2]])
    valid = torch.ones(2, 5, dtype=torch.bool)
    if over_all:
        loss = all_spans_loss(logits, targets, valid, gold.unknown, torch.tensor([4, 4]))
    else:
        loss = type_loss(logits, targets, valid, gold.unknown, 0.5)
    loss.backward()
    gradient = logits.grad
    assert gradient is not None
    assert not gradient[0, :, 1].any()
    assert bool(gradient[0][:, [0, 2]].all())
    assert bool(gradient[1].all())
