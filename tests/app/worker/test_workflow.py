"""The steps of a retraining, called as the worker calls them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.services.retraining.jobs import job_folder
from app.services.retraining.training_data import RetrainingSettings, Snapshot
from app.worker import workflow
from tests.app.material import settings_in

SNAPSHOT = Snapshot(
    project="News",
    parent_id=1,
    parent_path="models/parent",
    labels=("PER",),
    train=2,
    dev=1,
    dev_source="own",
    holdout=1,
    left_out=(),
    data_hash="0" * 64,
).to_json()
SETTINGS = RetrainingSettings().to_json()


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The trainings that took place, by the folder that they wrote into."""
    trainings: list[str] = []

    def learn(folder: Path, _: Snapshot, __: RetrainingSettings, out: Path) -> Iterator[Any]:
        out.mkdir(parents=True, exist_ok=True)
        (out / "model.safetensors").write_bytes(b"weights")
        trainings.append(folder.name)
        return iter(())

    def compare(_: Path, __: Snapshot, new: Path) -> dict[str, str]:
        return {"new": (new / "model.safetensors").read_text()}

    monkeypatch.setattr(workflow, "_settings", lambda: settings_in(tmp_path))
    monkeypatch.setattr("app.services.retraining.fine_tuning.learn", learn)
    monkeypatch.setattr("app.services.retraining.fine_tuning.compare", compare)
    return trainings


def test_a_finished_training_is_not_done_again(trained: list[str], tmp_path: Path) -> None:
    for _ in range(2):
        workflow.train_step("job-1", SNAPSHOT, SETTINGS)

    assert workflow.evaluate_step("job-1", SNAPSHOT, SETTINGS) == {"new": "weights"}
    assert trained == ["job-1"]


def test_a_model_that_a_restored_backup_lacks_is_trained_again(
    trained: list[str], tmp_path: Path
) -> None:
    workflow.train_step("job-1", SNAPSHOT, SETTINGS)
    folder = job_folder(settings_in(tmp_path).data, "job-1")
    (folder / "model" / "model.safetensors").unlink()

    assert workflow.evaluate_step("job-1", SNAPSHOT, SETTINGS) == {"new": "weights"}
    assert trained == ["job-1", "job-1"]


def test_without_held_out_documents_nothing_is_measured(trained: list[str]) -> None:
    assert workflow.evaluate_step("job-1", {**SNAPSHOT, "holdout": 0}, SETTINGS) == {}
    assert trained == ["job-1"]
