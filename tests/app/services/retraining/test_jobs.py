"""Retraining jobs, carried out by real worker processes with a tiny model."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.services.model_registry.registry import ModelRegistry
from app.services.operations.startup import open_database
from app.services.retraining import jobs as jobs_module
from app.services.retraining.jobs import STEPS, Jobs, job_folder
from app.services.retraining.training_data import RetrainingError, RetrainingSettings
from app.services.webhooks import webhooks
from app.settings import ROOT, Settings
from core.training.metrics_file import read_metrics
from storage.engine import Sessions
from tests.app.material import environment_in, new_project, pretend_model, settings_in, tiny_model
from tests.waiting import until

CANCELLED = "cancelled; try again to resume from the last checkpoint"
LONG = RetrainingSettings(epochs=40)


@dataclass
class Installation:
    """A data folder with a project, an active model, and workers that can be started."""

    folder: Path
    settings: Settings
    sessions: Sessions
    jobs: Jobs
    project_id: int
    workers: list[subprocess.Popen[bytes]]

    def worker(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, **environment_in(self.folder), "OMP_NUM_THREADS": "1"}
        worker = subprocess.Popen(
            [sys.executable, "-m", "app", "worker"], cwd=ROOT, env=environment
        )
        self.workers.append(worker)
        return worker


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[[Callable[[Path], Path]], Installation]]:
    made: list[Installation] = []

    def build(model: Callable[[Path], Path]) -> Installation:
        settings = settings_in(tmp_path)
        sessions = open_database(settings)
        ModelRegistry(sessions).ensure_bundled(model(settings.model))
        installation = Installation(
            tmp_path, settings, sessions, Jobs(settings, sessions), new_project(sessions), []
        )
        made.append(installation)
        return installation

    yield build
    for item in made:
        item.jobs.close()
        item.sessions.kw["bind"].dispose()
        for worker in item.workers:
            worker.kill()
            worker.wait()


def test_a_killed_worker_is_followed_by_one_that_goes_on_and_proposes_the_model(
    make: Callable[[Callable[[Path], Path]], Installation],
) -> None:
    here = make(tiny_model)
    jobs = here.jobs
    served = ModelRegistry(here.sessions).active()
    assert served is not None
    job_id = jobs.start(here.project_id, LONG)
    assert jobs.get(job_id).state == "queued"
    with pytest.raises(RetrainingError, match=f"already running.*{job_id}"):
        jobs.start(here.project_id)

    first = here.worker()
    until(lambda: len(jobs.progress(job_id).evaluations) >= 3)
    first.send_signal(signal.SIGKILL)
    first.wait()
    stood = jobs.progress(job_id)
    job = jobs.get(job_id)
    assert (job.state, job.step) == ("running", "train")
    assert not jobs.worker_running()

    here.worker()
    until(lambda: jobs.progress(job_id).resumed_at is not None)
    assert jobs.worker_running()
    resumed = jobs.progress(job_id)
    saved = stood.evaluations[:2]  # the checkpoint follows an evaluation's row
    assert resumed.resumed_at is not None
    assert resumed.resumed_at >= saved[-1].step, "training began anew"
    assert resumed.evaluations[:2] == saved
    jobs.cancel(job_id)
    assert jobs.get(job_id).state == "cancelled"
    assert ModelRegistry(here.sessions).active() == served
    until(lambda: CANCELLED in {line.message for line in jobs.journal(job_id)})

    jobs.retry(job_id)
    until(lambda: not jobs.get(job_id).active)
    job = jobs.get(job_id)
    assert (job.state, job.step, job.reason) == ("done", None, None)
    assert job.version_id is not None
    version = ModelRegistry(here.sessions).get(job.version_id)
    assert version.state == "proposed"
    assert version.parent_id == served.id
    assert version.path == here.settings.data / "models" / job_id
    assert (version.path / "span_scaling.safetensors").is_file(), "instant learning need not wait"
    assert [row["epoch"] for row in read_metrics(version.path) if "f1" in row] == [10, 20, 30, 40]
    assert jobs.progress(job_id).share == 1
    lines = [(line.step, line.level, line.message) for line in jobs.journal(job_id)]
    assert [step for step, _, message in lines if message == "done"] == list(STEPS)
    assert any(message.startswith("continues after step") for *_, message in lines)
    assert ("train", "error", CANCELLED) in lines
    assert lines[-2][2] == f"proposed model version {job.version_id}"
    assert version.comparison[0].label is None
    assert version.comparison[0].gold == 2
    assert ModelRegistry(here.sessions).active() == served


def test_a_job_that_fails_tells_why_also_a_webhook_and_leaves_the_serving_model_alone(
    make: Callable[[Callable[[Path], Path]], Installation],
) -> None:
    here = make(pretend_model)
    served = ModelRegistry(here.sessions).active()
    hook, _ = webhooks.create(
        here.sessions, here.project_id, "http://127.0.0.1:9", ["job.failed"], private=True
    )
    job_id = here.jobs.start(here.project_id)
    obstacle = job_folder(here.settings.data, job_id)
    obstacle.parent.mkdir()
    obstacle.write_text("a file where the job's folder should be")
    here.worker()
    until(lambda: not here.jobs.get(job_id).active)
    job = here.jobs.get(job_id)
    assert (job.state, job.step, job.version_id) == ("failed", "snapshot", None)
    assert job.reason is not None
    assert obstacle.name in job.reason
    assert "try again" in job.reason
    assert ModelRegistry(here.sessions).active() == served
    assert [item.id for item in here.jobs.every()] == [job_id]

    def attempted() -> list[webhooks.DeliveryView]:
        sent = webhooks.deliveries(here.sessions, here.project_id, hook.id)
        return [delivery for delivery in sent if delivery.last_error]

    until(lambda: bool(attempted()))
    (delivery,) = attempted()
    assert (delivery.event, delivery.state, delivery.attempts) == ("job.failed", "pending", 1)
    assert "127.0.0.1 (127.0.0.1) is this machine" in str(delivery.last_error)


def test_a_project_has_its_jobs_however_many_others_came_later(
    make: Callable[[Callable[[Path], Path]], Installation], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "_PAGE", 2)
    here = make(pretend_model)
    others = [new_project(here.sessions, name=name) for name in ("B", "C", "D")]
    first, *later = [here.jobs.start(project) for project in (here.project_id, *others)]

    assert [job.id for job in here.jobs.every(here.project_id, limit=1)] == [first]
    assert {job.id for job in here.jobs.every(limit=3)} == {*later}
    assert {job.id for job in here.jobs.every()} == {first, *later}


def test_without_an_active_model_or_a_known_job_the_error_says_what_to_do(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    sessions = open_database(settings)
    jobs = Jobs(settings, sessions)
    with pytest.raises(RetrainingError, match=r"no active model.*SPANNEAL_MODEL"):
        jobs.start(new_project(sessions))
    with pytest.raises(LookupError, match="there is no retraining job 'nonesuch'"):
        jobs.get("nonesuch")
    assert jobs.every() == ()
    assert not jobs.worker_running()
    jobs.close()
    sessions.kw["bind"].dispose()
