"""Real workers on one pass: killed in the middle, and every document is predicted once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.services.model_registry.registry import ModelRegistry
from app.services.operations.startup import open_database
from app.services.retraining import bulk_preannotation
from app.services.retraining.jobs import Jobs
from app.services.retraining.training_data import RetrainingSettings
from app.services.retraining.worker_heartbeat import workers
from app.settings import ROOT, Settings
from storage.engine import Sessions, writing
from storage.models import AnnotationSet
from storage.repository import documents
from storage.repository.preannotations import Tally
from tests.app.material import environment_in, new_project, tiny_model
from tests.databases import Dialect
from tests.waiting import until

MANY = 80


@dataclass
class Location:
    """A project whose documents wait, and workers that can be started and killed."""

    settings: Settings
    sessions: Sessions
    environment: dict[str, str]
    project_id: int
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)
    asked: list[Jobs] = field(default_factory=list)

    def jobs(self) -> Jobs:
        jobs = Jobs(self.settings, self.sessions)
        self.asked.append(jobs)
        return jobs

    def worker(self) -> subprocess.Popen[bytes]:
        given = {**os.environ, **self.environment, "OMP_NUM_THREADS": "1"}
        worker = subprocess.Popen([sys.executable, "-m", "app", "worker"], cwd=ROOT, env=given)
        self.started.append(worker)
        return worker

    def end(self) -> None:
        for worker in self.started:
            worker.kill()
            worker.wait()
        for jobs in self.asked:
            jobs.close()
        self.sessions.kw["bind"].dispose()

    def tally(self) -> Tally:
        result = bulk_preannotation.latest(self.sessions, self.project_id)
        assert result is not None
        return result.tally

    def times(self) -> list[int]:
        """How often each document was predicted, of those that were."""
        query = select(func.count()).where(AnnotationSet.origin == "machine")
        with self.sessions() as session:
            return list(session.scalars(query.group_by(AnnotationSet.document_id)))

    def done(self) -> bool:
        result = bulk_preannotation.latest(self.sessions, self.project_id)
        return result is not None and result.state == "done"


@pytest.fixture
def location(tmp_path: Path, dialect: Dialect, database_url: str) -> Iterator[Location]:
    environment = environment_in(tmp_path)
    if dialect == "postgresql":
        environment |= {"SPANNEAL_DATABASE": database_url, "SPANNEAL_JOBS": database_url}
    settings = Settings.from_environment(environment)
    sessions = open_database(settings)
    ModelRegistry(sessions).ensure_bundled(tiny_model(settings.model))
    location = Location(settings, sessions, environment, new_project(sessions, filled=False))
    with writing(sessions) as session:
        for number in range(MANY):
            text = f"Anna Haag met the Bank of China in Oslo, {number}. " * 3
            documents.add(session, location.project_id, name=str(number), text=text, split="train")
    yield location
    location.end()


@pytest.mark.postgresql
@pytest.mark.thorough
def test_a_killed_worker_is_followed_by_the_one_beside_it(location: Location) -> None:
    """The first stands still until the second has a part, so that it is not done before. Two in
    one process do the same in `test_bulk_preannotation`, two hosts share a pass in
    `test_two_hosts`."""
    first = begin_a_pass(location)
    first.send_signal(signal.SIGSTOP)
    location.worker()
    until(lambda: location.tally().workers == 2)
    assert workers(location.settings) == 2
    kill(first)
    assert not location.done()

    until(location.done)
    assert_all_were_predicted_once(location)


@pytest.mark.sqlite
@pytest.mark.thorough
def test_a_killed_worker_is_followed_by_the_next(location: Location) -> None:
    kill(begin_a_pass(location))
    assert not location.done()

    location.worker()
    until(location.done)
    assert_all_were_predicted_once(location)


def begin_a_pass(location: Location) -> subprocess.Popen[bytes]:
    """A worker that has predicted some of the documents."""
    bulk_preannotation.start(location.sessions, location.project_id, "Ada", batch=4)
    jobs = location.jobs()
    assert not jobs.worker_running()
    first = location.worker()
    until(lambda: location.tally().looked_at >= 4)
    assert jobs.worker_running()
    return first


def kill(worker: subprocess.Popen[bytes]) -> None:
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def assert_all_were_predicted_once(location: Location) -> None:
    assert location.times() == [1] * MANY
    assert (location.tally().looked_at, location.tally().failed) == (MANY, 0)


@pytest.mark.postgresql
@pytest.mark.thorough
def test_a_retraining_whose_worker_was_killed_goes_on_in_one_that_lives(location: Location) -> None:
    """The first one stands still until the second is there, so that it is not done before. Two
    hosts do the same in `test_two_hosts`."""
    jobs = location.jobs()
    job_id = jobs.start(
        new_project(location.sessions, name="Filled"), RetrainingSettings(epochs=10)
    )
    first = location.worker()
    until(lambda: len(jobs.progress(job_id).evaluations) >= 2)
    first.send_signal(signal.SIGSTOP)
    location.worker()
    until(lambda: workers(location.settings) == 2)
    kill(first)
    stood = jobs.progress(job_id).step
    assert jobs.get(job_id).state == "running"

    until(lambda: jobs.progress(job_id).step > stood)
    until(lambda: not jobs.get(job_id).active)

    job = jobs.get(job_id)
    assert (job.state, job.reason) == ("done", None)
