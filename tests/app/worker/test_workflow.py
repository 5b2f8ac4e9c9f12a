"""The steps of a retraining, called as the worker calls them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from app.services.retraining import job_journal
from app.services.retraining.jobs import job_folder
from app.services.retraining.training_data import RetrainingError, RetrainingSettings, Snapshot
from app.worker import workflow
from tests.app.material import settings_in
from tests.waiting import until

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
    monkeypatch.setattr(workflow, "_taken_at", lambda _: 1)
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


def test_a_training_that_was_cancelled_stops_also_where_its_job_is_tried_again_by_now(
    trained: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, steps = iter([1, 1, 2]), list[int]()

    def learn(*_: object) -> Iterator[None]:
        for number in range(5):
            steps.append(number)
            yield None

    monkeypatch.setattr(workflow, "_taken_at", lambda _: next(taken))
    monkeypatch.setattr("app.services.retraining.fine_tuning.learn", learn)
    with pytest.raises(RetrainingError, match="cancelled"):
        workflow.train_step("job-1", SNAPSHOT, SETTINGS)

    assert steps == [0, 1]


def test_a_job_that_is_tried_again_waits_for_the_step_that_it_was_cancelled_in(
    trained: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.services.retraining import fine_tuning

    train, begun, go_on = fine_tuning.learn, threading.Event(), threading.Event()

    def slow(*given: Any) -> Iterator[Any]:
        begun.set()
        assert go_on.wait(60)
        return train(*given)

    monkeypatch.setattr("app.services.retraining.fine_tuning.learn", slow)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(workflow.train_step, "job-1", SNAPSHOT, SETTINGS)
        assert begun.wait(60)
        again = pool.submit(workflow.train_step, "job-1", SNAPSHOT, SETTINGS)
        folder = job_folder(settings_in(tmp_path).data, "job-1")
        until(lambda: len(job_journal.read(folder)) == 2)  # both have begun
        go_on.set()
        assert (first.result(60), again.result(60)) == ({}, {})

    assert trained == ["job-1"], "the second found it done"
