"""What a training leaves in its folder: the rows of metrics.csv, and TensorBoard's events."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from core.baselines.base import BaselineLearner
from core.baselines.tagger import Tagger
from core.config import TrainingConfig
from core.training.learner import DiffusionLearner
from core.training.metrics_file import COLUMNS, METRICS, MetricsWriter, read_metrics
from core.training.records import Evaluated, Progress, Resumed, TrainingRecord
from core.training.trainer import train
from core.types import SamplerSettings
from tests.core.conftest import NewModel
from tests.core.tiny import SENTENCES

CONFIG = TrainingConfig(epochs=2, batch_size=4, num_spans=8, seed=5, warmup=0.5)
DATA = SENTENCES * 3
"""Three steps an epoch."""


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Report and save after every step."""
    monkeypatch.setattr("core.training.trainer._REPORT_EVERY", 1)
    monkeypatch.setattr("core.training.trainer._CHECKPOINT_EVERY", 1)


def begin(
    new_model: NewModel, folder: Path, config: TrainingConfig = CONFIG
) -> Iterator[TrainingRecord]:
    learner = DiffusionLearner(new_model(), config, SamplerSettings(1, 8))
    return train(learner, DATA, SENTENCES, config, folder)


def stop_after(records: int, stream: Iterator[TrainingRecord]) -> None:
    assert len(list(islice(stream, records))) == records
    stream.close()  # type: ignore[attr-defined]


def test_pandas_reads_a_row_for_every_step_with_all_that_its_records_say(
    new_model: NewModel, tmp_path: Path
) -> None:
    records = list(begin(new_model, tmp_path))

    table = pd.read_csv(tmp_path / METRICS)

    assert list(table.columns) == [*COLUMNS, "loss_boundary", "loss_type"]
    assert [record.step for record in records] == [1, 2, 3, 3, 4, 5, 6, 6]
    assert list(table.step) == [1, 2, 3, 4, 5, 6]
    assert set(table.total_steps) == {6}
    assert table.seconds.is_monotonic_increasing
    for row in table.to_dict("records"):
        filled = {name for name, cell in row.items() if pd.notna(cell)}
        values: dict[str, float] = {}
        for record in records:
            values |= record.values() if record.step == row["step"] else {}
        assert filled == {"step", "total_steps", "epoch", *values}
        assert {name: row[name] for name in values} == pytest.approx(values, rel=1e-5)


def test_rates_warm_up_and_decay_and_phi_is_what_the_saved_model_has(
    new_model: NewModel, tmp_path: Path
) -> None:
    learner = DiffusionLearner(new_model(), CONFIG, SamplerSettings(1, 8))
    list(train(learner, DATA, SENTENCES, CONFIG, tmp_path))

    rows = read_metrics(tmp_path)

    rates = [(row["encoder_lr"], row["decoder_lr"]) for row in rows if "encoder_lr" in row]
    peak = (CONFIG.encoder_lr, CONFIG.decoder_lr)
    expected = [tuple(rate * share / 3 for rate in peak) for share in (1, 2, 3, 3, 2, 1)]
    assert rates == [pytest.approx(pair, rel=1e-5) for pair in expected]
    phi = (learner.model.config.threshold, learner.model.config.flat_threshold)
    assert (rows[-1]["threshold"], rows[-1]["flat_threshold"]) == pytest.approx(phi, rel=1e-5)


def test_a_baseline_leaves_the_same_table_without_phi(new_model: NewModel, tmp_path: Path) -> None:
    list(train(BaselineLearner(Tagger(new_model())), DATA, SENTENCES, CONFIG, tmp_path))

    table = pd.read_csv(tmp_path / METRICS)

    assert list(table.columns) == [*COLUMNS, "loss_tagger"]
    assert table.threshold.isna().all()
    assert table.f1.count() == 2


@pytest.mark.parametrize(
    "records",
    [
        pytest.param(2, marks=pytest.mark.thorough),
        4,
        pytest.param(6, marks=pytest.mark.thorough),
    ],
)
def test_a_resumed_training_drops_the_steps_that_it_does_again_and_goes_on(
    new_model: NewModel, tmp_path: Path, records: int
) -> None:
    """Stopped within the first epoch, after its evaluation, and within the second."""
    stop_after(records, begin(new_model, tmp_path / "part"))
    seconds = read_metrics(tmp_path / "part")[-1]["seconds"]
    rest = list(begin(new_model, tmp_path / "part"))
    list(begin(new_model, tmp_path / "whole"))

    part, whole = read_metrics(tmp_path / "part"), read_metrics(tmp_path / "whole")

    (resumed,) = (row for row in part if "resumed" in row)
    after = part[part.index(resumed) + 1 :]
    assert resumed["step"] == rest[0].step
    assert after[0]["seconds"] > resumed["seconds"]
    assert resumed["seconds"] <= seconds
    del resumed["resumed"]
    times = {"seconds": 0.0, "eta_seconds": 0.0}
    assert [row | times for row in part] == [row | times for row in whole]


def test_an_evaluation_whose_checkpoint_is_there_has_its_row(
    new_model: NewModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed right after the checkpoint of the first epoch's end, before anybody got the record."""
    from core.training import trainer

    save = trainer._save_checkpoint

    def killed(*arguments: object) -> None:
        save(*arguments)  # type: ignore[arg-type]
        if arguments[2].step == 3:  # type: ignore[attr-defined]
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
        patch.setattr(trainer, "_save_checkpoint", killed)
        list(begin(new_model, tmp_path))
    list(begin(new_model, tmp_path))

    assert [row["step"] for row in read_metrics(tmp_path) if "f1" in row] == [3, 6]


def test_a_training_that_begins_anew_with_other_settings_begins_a_new_file(
    new_model: NewModel, tmp_path: Path
) -> None:
    stop_after(3, begin(new_model, tmp_path))
    list(begin(new_model, tmp_path, replace(CONFIG, epochs=1)))

    rows = read_metrics(tmp_path)

    assert [row["step"] for row in rows] == [1, 2, 3]
    assert {row["total_steps"] for row in rows} == {3}


REPORT = Progress(10, 40, 1, {"type": 0.5}, {"encoder_lr": 1e-4, "decoder_lr": 5e-4}, 4.0, 12.0)


@pytest.mark.parametrize(
    "torn", ["20,40,1,8", "20,40,1,8.0\x00\x00,,,\n", "2\ufffd,40\n", "a,b\n", ",,,\n", "\n"]
)
def test_what_a_power_cut_tore_is_left_out_and_the_rest_is_read(tmp_path: Path, torn: str) -> None:
    MetricsWriter(tmp_path, 0).append(REPORT)
    with (tmp_path / METRICS).open("a") as file:
        file.write(torn)

    assert [row["step"] for row in read_metrics(tmp_path)] == [10]
    assert [row["step"] for row in MetricsWriter(tmp_path, 10) and read_metrics(tmp_path)] == [10]


def test_losses_that_come_after_the_first_evaluation_get_their_columns(tmp_path: Path) -> None:
    from core.evaluation.metrics import Count, Scores

    none = Count()
    scores = Scores(1, none, {}, none, none, none, none, none)
    writer = MetricsWriter(tmp_path, 0)
    assert pd.read_csv(tmp_path / METRICS).empty
    writer.append(Evaluated(9, 40, 1, scores, {}, 3.0, True))
    writer.append(REPORT)
    writer.append(replace(REPORT, step=20))

    table = pd.read_csv(tmp_path / METRICS)

    assert list(table.step) == [9, 10, 20]
    assert list(table.loss_type.fillna(0)) == [0, 0.5, 0.5]


def test_a_file_of_an_earlier_version_goes_on_with_one_row_for_each_step(tmp_path: Path) -> None:
    MetricsWriter(tmp_path, 0).append(REPORT)
    lines = (tmp_path / METRICS).read_text().splitlines()
    named = dict(zip(lines[0].split(","), lines[1].split(","), strict=True))
    score = {
        **dict.fromkeys(named, ""),
        "step": "10",
        "total_steps": "40",
        "epoch": "1",
        "f1": "0.5",
    }
    (tmp_path / METRICS).write_text("\n".join([*lines, ",".join(score.values()), ""]))

    writer = MetricsWriter(tmp_path, 10)
    writer.append(Resumed(10, 40, 2))

    (row,) = read_metrics(tmp_path)
    assert (row["epoch"], row["f1"], row["loss_type"], row["resumed"]) == (1, 0.5, 0.5, 1)


def test_large_steps_and_small_rates_are_written_as_they_are(tmp_path: Path) -> None:
    writer = MetricsWriter(tmp_path, 0)
    writer.append(Resumed(1_234_567, 9_876_543, 2))
    writer.append(replace(REPORT, step=1_234_570, learning_rates={"encoder_lr": 1.25e-9}))

    first, second = read_metrics(tmp_path)

    assert (first["step"], first["total_steps"]) == (1_234_567, 9_876_543)
    assert second["encoder_lr"] == 1.25e-9


class Events:
    """TensorBoard's writer, as far as a training uses it."""

    opened: list[Events]

    def __init__(self, folder: Path, purge_step: int | None = None) -> None:
        self.folder, self.purge_step, self.closed = folder, purge_step, False
        self.scalars: list[tuple[str, float, int]] = []
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / f"events.out.tfevents.{len(self.opened)}"
        self.file.touch()
        self.opened.append(self)

    def add_scalar(self, name: str, value: float, step: int) -> None:
        self.scalars.append((name, value, step))

    def flush(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def tensorboard(monkeypatch: pytest.MonkeyPatch) -> type[Events]:
    module = ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = Events  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    monkeypatch.setattr(Events, "opened", [], raising=False)
    return Events


def test_where_tensorboard_is_installed_it_gets_the_same_numbers_and_purges_what_is_done_again(
    new_model: NewModel, tmp_path: Path, tensorboard: type[Events]
) -> None:
    stop_after(2, begin(new_model, tmp_path))
    records = list(begin(new_model, tmp_path))

    first, second = tensorboard.opened

    assert first.folder == second.folder == tmp_path / "tensorboard"
    assert (first.purge_step, second.purge_step) == (None, records[0].step + 1)
    assert first.closed
    assert second.closed
    assert second.scalars == [
        (name, value, record.step) for record in records for name, value in record.values().items()
    ]
    assert first.file.exists()

    list(begin(new_model, tmp_path))

    assert [event.file.exists() for event in tensorboard.opened] == [False, False, True]


def test_without_tensorboard_a_training_leaves_no_event_files(
    new_model: NewModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)

    list(begin(new_model, tmp_path, replace(CONFIG, epochs=1)))

    assert not (tmp_path / "tensorboard").exists()
