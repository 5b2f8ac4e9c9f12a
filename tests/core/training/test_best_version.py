"""Which version a training keeps, when it stops, and what it says of itself: a scripted learner."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel, PreTrainedModel

from core.config import ModelConfig, TrainingConfig
from core.evaluation.metrics import Count, Scores
from core.training.divergence import DivergenceMonitor, TrainingDivergedError
from core.training.learner import DiffusionLearner
from core.training.records import Evaluated, Resumed, TrainingRecord
from core.training.trainer import train
from core.types import Example
from tests.core.conftest import NewModel
from tests.core.tiny import SENTENCES

STEPS = len(SENTENCES)
"""Steps an epoch, with batches of one sentence."""


class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        size = {"hidden_size": 4, "num_hidden_layers": 1, "num_attention_heads": 1}
        self.encoder = BertModel(BertConfig(vocab_size=4, intermediate_size=4, **size))
        self.weight = nn.Parameter(torch.ones(1))
        for parameter in self.parameters():
            nn.init.constant_(parameter, 0.5)


@dataclass
class Scripted:
    """A learner whose losses and scores are given."""

    f1: Sequence[float | None]
    """None: undefined, as nothing is to be found and nothing was."""
    losses_by_step: Sequence[float] = ()
    network: Network = field(default_factory=Network)
    saved: list[int] = field(default_factory=list)
    steps: int = 0
    scored: int = 0

    @property
    def architecture(self) -> ModelConfig:
        return ModelConfig(("PER",))

    @property
    def thresholds(self) -> dict[str, float]:
        return {}

    @property
    def pretrained(self) -> PreTrainedModel:
        return self.network.encoder

    def losses(self, examples: Sequence[Example], generator: torch.Generator) -> dict[str, Tensor]:
        value = self.losses_by_step[self.steps] if self.losses_by_step else 1.0
        self.steps += 1
        return {"loss": self.network.weight.sum() * 0.0 + value}

    def evaluate(self, examples: Sequence[Example]) -> Scores:
        f1 = self.f1[self.scored]
        self.scored += 1
        none = Count()
        overall = none if f1 is None else Count(gold=100, predicted=100, correct=round(f1 * 100))
        return Scores(1, overall, {}, none, none, none, none, none)

    def save(self, folder: Path) -> None:
        self.saved.append(self.scored)


def run(learner: Scripted, folder: Path, patience: int = 2) -> list[TrainingRecord]:
    config = TrainingConfig(epochs=len(learner.f1), patience=patience, batch_size=1)
    return list(train(learner, SENTENCES, SENTENCES, config, folder))


@pytest.mark.parametrize(
    ("f1", "epoch_losses", "saved", "epochs"),
    [
        ((0.0, 0.0, 0.0, 0.0, 0.3, 0.2), (9, 8, 7, 6, 5, 4), [1, 2, 3, 4, 5], 6),
        ((0.0, 0.0, 0.0, 0.0, 0.0, 0.0), (9, 9, 9, 5, 6, 7), [1, 4], 6),
        ((0.2, 0.1, 0.1, 0.9), (1, 1, 1, 1), [1], 3),
        ((0.0, 0.4, 0.4, 0.4, 0.9), (9, 1, 1, 1, 1), [1, 2], 4),
        ((0.4, 0.0, 0.0, 0.9), (9, 8, 7, 6), [1], 3),
        ((None, None, None, None), (9, 5, 7, 4), [1, 2, 4], 4),
        ((0.0, None, 0.0, None), (9, 5, 7, 6), [1, 2], 4),
    ],
)
def test_a_loss_decides_while_f1_is_0_and_patience_counts_from_the_first_f1_above_it(
    tmp_path: Path,
    f1: Sequence[float | None],
    epoch_losses: Sequence[float],
    saved: list[int],
    epochs: int,
) -> None:
    learner = Scripted(f1, [loss for loss in epoch_losses for _ in range(STEPS)])

    records = run(learner, tmp_path)

    assert learner.saved == saved
    scored = [record for record in records if isinstance(record, Evaluated)]
    assert len(scored) == epochs
    assert [record.epoch for record in scored if record.best] == saved


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_stops_the_training_and_says_what_to_lower(
    tmp_path: Path, loss: float
) -> None:
    learner = Scripted((0.5, 0.5, 0.5), [1.0] * (STEPS + 2) + [loss] * 9)

    with pytest.raises(TrainingDivergedError) as stopped:
        run(learner, tmp_path)

    assert f"diverged in step {STEPS + 3}: the loss is {loss}" in str(stopped.value)
    assert "lower encoder_lr (0.0001) and decoder_lr (0.0005)" in str(stopped.value)
    assert f"a development F1 of 50.00, is in {tmp_path}" in str(stopped.value)
    assert learner.saved == [1]


def test_probabilities_that_are_not_finite_are_divergence(
    new_model: NewModel, tmp_path: Path
) -> None:
    config = TrainingConfig(epochs=1, batch_size=2, num_spans=8)
    model = new_model()
    with torch.no_grad():
        for parameter in model.denoiser.parameters():
            parameter.fill_(math.nan)
    learner = DiffusionLearner(model, config)
    with pytest.raises(TrainingDivergedError, match=r"not finite.*lower encoder_lr"):
        list(train(learner, SENTENCES, SENTENCES, config, tmp_path))


def test_a_version_without_a_score_is_not_said_to_have_one(tmp_path: Path) -> None:
    learner = Scripted((None, None), [1.0] * STEPS + [math.nan])
    with pytest.raises(TrainingDivergedError, match=f"the best version so far is in {tmp_path}"):
        run(learner, tmp_path)


def levels(*parts: tuple[float, int]) -> Iterator[float]:
    for level, steps in parts:
        yield from [level] * steps


@pytest.mark.parametrize(
    ("losses", "diverged"),
    [
        (levels((8, 40), (0.5, 40), (12, 40)), True),
        (levels((8, 40), (0.5, 40), (4.9, 400)), False),
        (levels((8, 40), (0.01, 40), (0.9, 40)), False),
        (levels((0.5, 40), (90, 9), (0.5, 40), (90, 9), (0.5, 40)), False),
        (levels((1000, 400)), False),
    ],
    ids=["for long", "below ten times", "near 0", "single batches", "high from the start"],
)
def test_losses_far_above_the_lowest_median_are_divergence(
    losses: Iterator[float], diverged: bool
) -> None:
    monitor = DivergenceMonitor()

    def watch() -> None:
        for step, loss in enumerate(losses, 1):
            monitor.check(step, loss)

    if not diverged:
        watch()
        return
    with pytest.raises(TrainingDivergedError, match=r"is 12, and was 0\.5$"):
        watch()


class HardlyLosingWithoutEntities(Scripted):
    def losses(self, examples: Sequence[Example], generator: torch.Generator) -> dict[str, Tensor]:
        value = 5.0 if any(example.entities for example in examples) else 0.001
        return {"loss": self.network.weight.sum() * 0.0 + value}


def test_batches_without_entities_are_no_level_that_others_are_far_above(tmp_path: Path) -> None:
    """Half of the batches have no entity: the median of a few steps is now of the one kind, now of
    the other."""
    epochs, empty = 30, SENTENCES[-1]
    config = TrainingConfig(epochs=epochs, patience=epochs, batch_size=1)
    corpus = [*SENTENCES[:3], *[empty] * 3]
    learner = HardlyLosingWithoutEntities([0.5] * epochs)
    *_, last = train(learner, corpus, SENTENCES, config, tmp_path)
    assert last.step == epochs * len(corpus)


def test_a_loss_that_is_not_finite_is_divergence_also_without_entities() -> None:
    with pytest.raises(TrainingDivergedError, match="in step 3: the loss is nan"):
        DivergenceMonitor().check(3, math.nan, comparable=False)


def test_a_training_that_continues_says_from_where_and_weighs_losses_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.training.trainer._REPORT_EVERY", 1)
    monkeypatch.setattr("core.training.trainer._CHECKPOINT_EVERY", 1)
    losses = [9.0] * STEPS + [1.0, 1.0] + [20.0] * (STEPS - 2)
    config = TrainingConfig(epochs=2, batch_size=1)
    first = Scripted((0.0, 0.0), losses)
    begun = train(first, SENTENCES, SENTENCES, config, tmp_path)
    while first.steps < STEPS + 3:
        next(begun)
    begun.close()  # type: ignore[attr-defined]

    second = Scripted((0.0,), losses[STEPS + 2 :])
    records = list(train(second, SENTENCES, SENTENCES, config, tmp_path))

    assert records[0] == Resumed(STEPS + 2, 2 * STEPS, 2)
    assert second.saved == [], "a mean loss of 10.5 is no better than 9"
