from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch

from core.config import TrainingConfig
from core.data.batching import Gold
from core.evaluation.evaluate import select_spans
from core.evaluation.metrics import Scores, score
from core.inference.candidates import propose
from core.modeling.model import WEIGHTS, DiffusionNER
from core.training.learner import DiffusionLearner
from core.training.objective import diffusion_losses, noisy_spans
from core.training.records import Evaluated, Progress, Resumed, TrainingRecord
from core.training.trainer import train
from core.types import Example, SamplerSettings, Span
from tests.core.conftest import Learned, NewModel
from tests.core.tiny import SENTENCES

EMPTY = SENTENCES[3]
SAMPLER = SamplerSettings(steps=1, num_spans=8)
CONFIG = TrainingConfig(epochs=2, batch_size=4, num_spans=8, seed=5)
DATA = SENTENCES * 3
"""Three steps an epoch."""


def learner_of(new_model: NewModel, config: TrainingConfig = CONFIG) -> DiffusionLearner:
    return DiffusionLearner(new_model(dropout=0.1), config, SAMPLER)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Report and save after every step."""
    monkeypatch.setattr("core.training.trainer._REPORT_EVERY", 1)
    monkeypatch.setattr("core.training.trainer._CHECKPOINT_EVERY", 1)


def weights(learner: DiffusionLearner) -> dict[str, bytes]:
    state = learner.model.state_dict()
    return {name: value.numpy().tobytes() for name, value in state.items()}


def test_four_sentences_are_learnt_by_heart(learned: Learned) -> None:
    assert max(learned.f1) == 1.0
    model = DiffusionNER.load(learned.folder)
    result = propose(model, [sentence.words for sentence in SENTENCES], SamplerSettings(5, 60))
    stored = [select_spans(item, model.config.threshold, flat=False) for item in result]
    scores = score(zip(SENTENCES, stored, strict=True))
    assert scores.f1 == 1.0
    assert scores.nested.gold == 8
    assert scores.nested.recall == 1.0


def test_slots_do_not_collapse_onto_one_span(learned: Learned) -> None:
    model = DiffusionNER.load(learned.folder)
    for steps in (1, 5, 10):
        result = propose(
            model, [sentence.words for sentence in SENTENCES], SamplerSettings(steps, 60)
        )
        for example, proposals in zip(SENTENCES, result, strict=True):
            assert len({(proposal.start, proposal.end) for proposal in proposals}) >= len(
                example.entities
            )


def test_a_sentence_without_entities_gives_none_after_training(learned: Learned) -> None:
    model = DiffusionNER.load(learned.folder)
    (result,) = propose(model, [EMPTY.words], SamplerSettings(5, 60))
    assert select_spans(result, model.config.threshold, flat=False) == []


@pytest.mark.parametrize("expansion", ["mixed", "random", "repetition"])
def test_a_batch_without_any_entity_trains_the_types_towards_none(
    new_model: NewModel, expansion: Any
) -> None:
    config = TrainingConfig(num_spans=8, expansion=expansion)
    model = new_model().train()
    losses = diffusion_losses(model, [EMPTY, EMPTY], config, torch.Generator().manual_seed(0))
    assert set(losses) == {"boundary", "type"}
    assert all(math.isfinite(loss.item()) for loss in losses.values())
    assert losses["type"].item() > 0
    sum(losses.values()).backward()  # type: ignore[union-attr]
    gradient = model.denoiser.types.scores.bias.grad
    assert gradient is not None
    assert gradient[-1] < 0
    assert bool((gradient[:-1] > 0).all())


@pytest.mark.parametrize("expansion", ["mixed", "random", "repetition"])
def test_every_way_of_training_reaches_every_weight_that_is_used(
    new_model: NewModel, expansion: Any
) -> None:
    config = TrainingConfig(num_spans=8, expansion=expansion)
    model = new_model(lstm_layers=1).train()
    losses = diffusion_losses(model, SENTENCES, config, torch.Generator().manual_seed(0))
    torch.stack(list(losses.values())).sum().backward()
    for name, value in model.named_parameters():
        if "pooler" not in name:
            assert value.grad is not None, name
            assert bool(value.grad.isfinite().all()), name


def test_the_loss_over_all_spans_has_its_weight_and_changes_no_other(new_model: NewModel) -> None:
    def of_weight(weight: float) -> dict[str, float]:
        config = TrainingConfig(num_spans=8, all_spans_weight=weight)
        random = torch.Generator().manual_seed(0)
        losses = diffusion_losses(new_model(), SENTENCES, config, random)
        return {name: loss.item() for name, loss in losses.items()}

    without, full, half = of_weight(0.0), of_weight(1.0), of_weight(0.5)
    assert half.pop("all_spans") == pytest.approx(full.pop("all_spans") / 2)
    assert without == full == half
    with pytest.raises(ValueError, match="all_spans_weight must be 0 or more, got -1"):
        of_weight(-1.0)


def test_more_entities_than_noisy_spans_still_train(new_model: NewModel) -> None:
    config = TrainingConfig(num_spans=2)
    losses = diffusion_losses(
        new_model().train(), SENTENCES, config, torch.Generator().manual_seed(0)
    )
    assert all(math.isfinite(loss.item()) for loss in losses.values())


def test_labels_that_nobody_looked_for_are_not_trained(new_model: NewModel) -> None:
    person = Example(EMPTY.words, (Span(0, 1, "PER"),), frozenset({"PER"}))
    model = new_model().train()
    config = TrainingConfig(num_spans=8)
    loss = diffusion_losses(model, [person], config, torch.Generator().manual_seed(0))["type"]
    loss.backward()
    gradient = model.denoiser.types.scores.weight.grad
    assert gradient is not None
    rows = zip((*model.config.labels, None), gradient, strict=True)
    trained = {label: bool(row.any()) for label, row in rows}
    assert trained == {"LOC": False, "MISC": False, "ORG": False, "PER": True, None: True}


def test_the_chosen_share_of_sentences_starts_from_pure_noise(new_model: NewModel) -> None:
    model = new_model()
    examples = [EMPTY] * 200
    gold = Gold.of(examples, model.config.labels, model.device)
    lengths = torch.full((200,), 9)
    for share, low, high in ((0.0, 0, 3), (0.3, 40, 80), (1.0, 200, 200)):
        config = TrainingConfig(num_spans=4, pure_noise=share)
        x_t, t = noisy_spans(model, gold, lengths, config, torch.Generator().manual_seed(0))
        assert x_t.shape == (200, 4, 2)
        assert low <= int((t == 1000).sum()) <= high
        assert t.min() >= 1


def test_an_epoch_of_few_steps_reports_its_losses_before_its_score(
    new_model: NewModel, tmp_path: Path
) -> None:
    records = list(train(learner_of(new_model), DATA, SENTENCES, CONFIG, tmp_path))

    assert [(type(record), record.step) for record in records] == [
        (Progress, 3),
        (Evaluated, 3),
        (Progress, 6),
        (Evaluated, 6),
    ]
    assert all(record.losses for record in records if isinstance(record, Progress))


def test_steps_after_the_last_report_are_averaged_alone(
    new_model: NewModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two steps, then one: as a report every step says them."""
    monkeypatch.setattr("core.training.trainer._REPORT_EVERY", 1)
    singly = [
        record.losses["type"]
        for record in train(learner_of(new_model), DATA, SENTENCES, CONFIG, tmp_path / "a")
        if isinstance(record, Progress)
    ]
    monkeypatch.setattr("core.training.trainer._REPORT_EVERY", 2)
    losses = [
        (record.step, record.losses["type"])
        for record in train(learner_of(new_model), DATA, SENTENCES, CONFIG, tmp_path / "b")
        if isinstance(record, Progress)
    ]
    first, second, third, *_ = singly
    assert [step for step, _ in losses] == [2, 3, 4, 6]
    assert losses[:2] == [(2, pytest.approx((first + second) / 2)), (3, pytest.approx(third))]


def test_the_same_seed_gives_the_same_bytes(
    new_model: NewModel, tmp_path: Path, often: None
) -> None:
    results = []
    for run, seed in (("a", 5), ("b", 5), ("c", 6)):
        config = TrainingConfig(epochs=1, batch_size=4, num_spans=8, seed=seed)
        learner = learner_of(new_model, config)
        torch.manual_seed(len(results))  # what ran before must not matter
        records = list(train(learner, DATA, SENTENCES, config, tmp_path / run))
        losses = [record.losses for record in records if isinstance(record, Progress)]
        results.append((weights(learner), (tmp_path / run / WEIGHTS).read_bytes(), losses))
    assert results[0] == results[1]
    assert results[0][0] != results[2][0]


@pytest.fixture
def uninterrupted(
    new_model: NewModel, tmp_path: Path, often: None
) -> tuple[dict[str, bytes], list[Scores]]:
    learner = learner_of(new_model)
    records = list(train(learner, DATA, SENTENCES, CONFIG, tmp_path / "whole"))
    return weights(learner), [record.scores for record in records if isinstance(record, Evaluated)]


def resume(new_model: NewModel, folder: Path) -> tuple[dict[str, bytes], list[TrainingRecord]]:
    learner = learner_of(new_model)
    records = list(train(learner, DATA, SENTENCES, CONFIG, folder))
    return weights(learner), records


@pytest.mark.parametrize(
    "records",
    [
        pytest.param(2, marks=pytest.mark.thorough),
        4,
        pytest.param(6, marks=pytest.mark.thorough),
    ],
)
def test_training_that_is_stopped_and_gone_on_with_ends_in_the_same_bytes(
    new_model: NewModel,
    tmp_path: Path,
    uninterrupted: tuple[dict[str, bytes], list[Scores]],
    records: int,
) -> None:
    """Stopped within the first epoch, after its evaluation, and within the second."""
    stream = train(learner_of(new_model), DATA, SENTENCES, CONFIG, tmp_path / "part")
    assert len(list(islice(stream, records))) == records
    stream.close()  # type: ignore[attr-defined]
    after, rest = resume(new_model, tmp_path / "part")
    assert after == uninterrupted[0]
    assert isinstance(rest[0], Resumed)
    assert len(rest[1:]) < 8
    whole, part = (tmp_path / name / WEIGHTS for name in ("whole", "part"))
    assert whole.read_bytes() == part.read_bytes()


def test_an_epoch_that_is_not_scored_leaves_a_checkpoint_at_its_end(
    new_model: NewModel, tmp_path: Path, often: None
) -> None:
    config = TrainingConfig(epochs=2, evaluate_every=2, batch_size=4, num_spans=8, seed=5)
    stream = train(learner_of(new_model, config), DATA, SENTENCES, config, tmp_path)
    steps = [record.step for record in islice(stream, 4)]  # the fourth is of the second epoch
    stream.close()  # type: ignore[attr-defined]
    rest = list(train(learner_of(new_model, config), DATA, SENTENCES, config, tmp_path))
    assert steps == [1, 2, 3, 4]
    assert rest[0] == Resumed(3, 6, 2)
    assert rest[1].step == 4


@pytest.mark.parametrize("evaluation", [1, pytest.param(2, marks=pytest.mark.thorough)])
def test_training_that_dies_in_an_evaluation_evaluates_again(
    new_model: NewModel,
    tmp_path: Path,
    evaluation: int,
    uninterrupted: tuple[dict[str, bytes], list[Scores]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    evaluate = DiffusionLearner.evaluate
    calls: list[int] = []

    def dying(learner: DiffusionLearner, examples: Sequence[Example]) -> Scores:
        calls.append(1)
        if len(calls) == evaluation:
            raise KeyboardInterrupt
        return evaluate(learner, examples)

    with monkeypatch.context() as patch:
        patch.setattr(DiffusionLearner, "evaluate", dying)
        with pytest.raises(KeyboardInterrupt):
            list(train(learner_of(new_model), DATA, SENTENCES, CONFIG, tmp_path / "part"))
    after, rest = resume(new_model, tmp_path / "part")
    assert after == uninterrupted[0]
    scores = [item.scores for item in rest if isinstance(item, Evaluated)]
    assert scores == uninterrupted[1][evaluation - 1 :]


def test_other_data_or_settings_begin_anew(
    new_model: NewModel, tmp_path: Path, often: None
) -> None:
    stream = train(learner_of(new_model), DATA, SENTENCES, CONFIG, tmp_path)
    list(islice(stream, 3))
    stream.close()  # type: ignore[attr-defined]
    first = next(train(learner_of(new_model), DATA[1:], SENTENCES, CONFIG, tmp_path))
    assert first.step == 1


def test_training_tells_where_it_stands_and_how_long_it_takes(
    new_model: NewModel, tmp_path: Path, often: None
) -> None:
    records = list(train(learner_of(new_model), DATA, SENTENCES, CONFIG, tmp_path))
    kinds = [type(record).__name__ for record in records]
    assert kinds == [*["Progress"] * 3, "Evaluated"] * 2
    assert [record.step for record in records] == [1, 2, 3, 3, 4, 5, 6, 6]
    assert [record.epoch for record in records] == [1] * 4 + [2] * 4
    assert {record.total_steps for record in records} == {6}
    progress = [record for record in records if isinstance(record, Progress)]
    assert progress[0].eta_seconds > 0
    assert progress[-1].eta_seconds == 0
    assert all(set(item.losses) == {"boundary", "type"} for item in progress)
    assert next(record for record in records if isinstance(record, Evaluated)).best
    assert not (tmp_path / "checkpoint").exists()
    assert DiffusionNER.load(tmp_path).config.labels == new_model().config.labels


def test_scores_come_as_often_as_asked_and_at_the_end(new_model: NewModel, tmp_path: Path) -> None:
    config = TrainingConfig(epochs=5, evaluate_every=2, batch_size=4, num_spans=4)
    records = list(train(learner_of(new_model, config), SENTENCES, SENTENCES, config, tmp_path))
    assert [record.epoch for record in records if isinstance(record, Evaluated)] == [2, 4, 5]


@pytest.mark.parametrize(("examples", "dev"), [((), SENTENCES), (SENTENCES, ())])
def test_training_on_nothing_teaches(
    new_model: NewModel, tmp_path: Path, examples: Any, dev: Any
) -> None:
    with pytest.raises(ValueError, match="add annotated documents"):
        next(train(learner_of(new_model), examples, dev, CONFIG, tmp_path))


@pytest.mark.parametrize("options", [{"schedule": "linear"}, {"seed": 1}, {}])
def test_only_a_training_that_starts_from_the_same_model_is_gone_on_with(
    new_model: NewModel, tmp_path: Path, often: None, options: dict[str, Any]
) -> None:
    """Another schedule, or other weights to start from, begin anew in the same folder."""
    stream = train(learner_of(new_model), DATA, SENTENCES, CONFIG, tmp_path)
    assert len(list(islice(stream, 4))) == 4
    stream.close()  # type: ignore[attr-defined]
    learner = DiffusionLearner(new_model(dropout=0.1, **options), CONFIG, SAMPLER)
    first = next(iter(train(learner, DATA, SENTENCES, CONFIG, tmp_path)))
    assert (first.step == 1) == bool(options)
