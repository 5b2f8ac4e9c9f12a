"""`core train --log-to`: the numbers of a training in accelerate's trackers."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from accelerate.tracking import LOGGER_TYPE_TO_CLASS, GeneralTracker

from core.__main__ import main
from core.config import TrainingConfig
from core.training.metrics_file import read_metrics
from core.training.records import Resumed
from core.training.trackers import PROJECT, TrackerError, check_trackers, trackers
from tests.core.tiny import SENTENCES, write_examples


class Recording(GeneralTracker):
    """A tracker that keeps what it gets."""

    name = "recording"
    requires_logging_directory = False
    runs: list[Recording]

    def __init__(self, project: str) -> None:
        super().__init__()
        self.project = project
        self.config: dict[str, Any] = {}
        self.logged: list[tuple[int | None, dict[str, float]]] = []
        self.finished = False
        self.runs.append(self)

    @property
    def tracker(self) -> list[tuple[int | None, dict[str, float]]]:
        return self.logged

    def store_init_configuration(self, values: dict[str, Any]) -> None:
        self.config = values

    def log(self, values: dict[str, float], step: int | None = None, **more: Any) -> None:
        self.logged.append((step, values))

    def finish(self) -> None:
        self.finished = True


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch) -> type[Recording]:
    monkeypatch.setitem(LOGGER_TYPE_TO_CLASS, "recording", Recording)
    monkeypatch.setattr(Recording, "runs", [], raising=False)
    return Recording


@pytest.fixture
def command(encoder_folder: Path, tmp_path: Path) -> list[str]:
    data = str(write_examples(tmp_path / "data.jsonl", SENTENCES * 4))
    files = ["--train", data, "--dev", data, "--out", str(tmp_path / "out")]
    size = ["--epochs", "3", "--batch-size", "4", "--num-spans", "8"]
    return ["train", *files, "--encoder", str(encoder_folder), *size]


def test_a_tracker_gets_the_settings_and_the_numbers_of_metrics_csv(
    command: list[str], tmp_path: Path, recording: type[Recording]
) -> None:
    assert main([*command, "--log-to", "recording"]) == 0

    (run,) = recording.runs
    assert run.project == PROJECT
    assert run.config["decoder_lr"] == TrainingConfig().decoder_lr
    assert run.config["folder"] == str(tmp_path / "out")
    rows = read_metrics(tmp_path / "out")
    assert [row["step"] for row in rows] == [4, 8, 10, 12]
    assert [step for step, _ in run.logged] == [4, 4, 8, 8, 10, 12, 12]
    for row in rows:  # which has the losses and the scores of its step
        values = {
            name: v
            for step, logged in run.logged
            if step == row["step"]
            for name, v in logged.items()
        }
        assert {"step": row["step"], "total_steps": 12, **values} == pytest.approx(row, rel=1e-5)
    assert run.finished


def test_a_tracker_is_finished_where_a_training_is_not(
    tmp_path: Path, recording: type[Recording]
) -> None:
    with suppress(KeyboardInterrupt), trackers(["recording"], tmp_path, TrainingConfig()) as track:
        track(Resumed(3, 6, 1))
        raise KeyboardInterrupt

    assert [(run.logged, run.finished) for run in recording.runs] == [
        ([(3, {"epoch": 1, "resumed": 1})], True)
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("wandb", "logging to wandb needs its package; install it: pip install wandb"),
        ("wandbb", "there is no tracker 'wandbb'; accelerate has aim, .*mlflow, .*wandb"),
        ("tensorboard", "every training writes TensorBoard's event files .* leave tensorboard out"),
    ],
)
def test_a_tracker_that_cannot_be_used_is_an_error_before_anything_is_read(
    command: list[str],
    name: str,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("accelerate.tracking.get_available_trackers", list)
    (tmp_path / "data.jsonl").unlink()

    assert main([*command, "--log-to", name]) == 2

    with pytest.raises(TrackerError, match=message):
        check_trackers([name])
    assert name in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_without_accelerate_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "accelerate.tracking", None)

    check_trackers([])
    with pytest.raises(TrackerError, match="needs the package accelerate; install it"):
        check_trackers(["wandb"])
