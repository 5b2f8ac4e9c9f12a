"""Retraining that starts by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.services.annotation.annotation import AnnotationService
from app.services.retraining.auto_retrain import AutoRetrain, set_after
from app.services.retraining.jobs import Job, JobState
from app.services.retraining.training_data import RetrainingError, RetrainingSettings
from storage.engine import Sessions, writing
from storage.repository import documents, model_versions, projects
from tests.app.material import new_project, submit

pytestmark = pytest.mark.both_databases


class Queue:
    """Starts nothing and remembers it."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.refuses = False
        self.asked = 0

    def every(self, project_id: int | None = None, limit: int = 50) -> Sequence[Job]:
        return [job for job in self.jobs if job.project_id == project_id]

    def start(self, project_id: int) -> str:
        self.asked += 1
        if self.refuses:
            raise RetrainingError("too little")
        self.put(project_id, "queued")
        return f"job {len(self.jobs)}"

    def put(self, project_id: int, state: JobState) -> None:
        settings, when = RetrainingSettings(), datetime.now(UTC)
        job = Job(str(len(self.jobs)), project_id, state, None, None, None, settings, when, None)
        self.jobs = [job]


def fill(sessions: Sessions, project_id: int, name: str, number: int) -> None:
    for item in range(number):
        submit(sessions, project_id, f"{name} {item} left.")


def retrain_after(sessions: Sessions, project_id: int, number: int) -> None:
    with writing(sessions) as session:
        set_after(projects.get(session, project_id), number)


def test_off_by_default_whatever_is_submitted(sessions: Sessions) -> None:
    fill(sessions, new_project(sessions), "Bo", 9)
    assert AutoRetrain(sessions, Queue()).step() == []


def test_it_starts_with_the_nth_document_and_counts_anew_from_then_on(sessions: Sessions) -> None:
    project_id, queue = new_project(sessions, filled=False), Queue()
    machine = AutoRetrain(sessions, queue)
    retrain_after(sessions, project_id, 5)
    fill(sessions, project_id, "Bo", 4)
    assert machine.step() == []
    fill(sessions, project_id, "Anna", 1)
    assert machine.step() == ["job 1"]
    queue.put(project_id, "failed")
    fill(sessions, project_id, "Eve", 4)
    assert machine.step() == [], "a failed one is not begun again and again"
    fill(sessions, project_id, "Ida", 1)
    assert machine.step() == ["job 1"]


def test_a_job_dated_by_a_clock_that_was_ahead_stops_nothing(sessions: Sessions) -> None:
    project_id, queue = new_project(sessions, filled=False), Queue()
    retrain_after(sessions, project_id, 5)
    queue.put(project_id, "failed")
    queue.jobs = [replace(queue.jobs[0], created_at=datetime.now(UTC) + timedelta(days=365))]
    fill(sessions, project_id, "Bo", 5)
    assert AutoRetrain(sessions, queue).step() == ["job 1"]


def test_never_two_at_once_and_projects_do_not_wait_for_each_other(sessions: Sessions) -> None:
    first, queue = new_project(sessions), Queue()
    other = new_project(sessions, name="Other", filled=False)
    queue.put(first, "running")
    for project_id in (first, other):
        retrain_after(sessions, project_id, 5)
        fill(sessions, project_id, f"Bo of {project_id}", 7)
    assert len(AutoRetrain(sessions, queue).step()) == 1
    assert [job.project_id for job in queue.jobs] == [other]


def test_what_is_refused_is_said_once_and_tried_again_when_something_changed(
    sessions: Sessions, caplog: pytest.LogCaptureFixture
) -> None:
    project_id, queue = new_project(sessions), Queue()
    machine = AutoRetrain(sessions, queue)
    retrain_after(sessions, project_id, 5)
    fill(sessions, project_id, "Bo", 5)
    queue.refuses = True
    assert [machine.step() for _ in range(3)] == [[], [], []]
    assert (queue.asked, caplog.text.count("too little")) == (1, 1)

    fill(sessions, project_id, "Anna", 1)
    assert machine.step() == []
    assert (queue.asked, caplog.text.count("too little")) == (2, 2)
    queue.refuses = False
    assert machine.step() == [], "nothing has changed since"
    with writing(sessions) as session:
        model_versions.ensure_active(session, "another", ("PER",))
    assert machine.step() == ["job 1"]


def test_an_older_draft_that_is_submitted_later_counts_as_a_change(sessions: Sessions) -> None:
    project_id, queue, service = new_project(sessions), Queue(), AnnotationService(sessions)
    machine = AutoRetrain(sessions, queue)
    retrain_after(sessions, project_id, 5)
    with writing(sessions) as session:
        older = documents.add(session, project_id, name="older", text="Ida left.")
        assert older is not None
        number = older.id
    service.open(number, "Ada")
    fill(sessions, project_id, "Bo", 5)
    queue.refuses = True
    assert machine.step() == []
    service.submit(number, "Ada")
    queue.refuses = False
    assert machine.step() == ["job 1"]


@pytest.mark.parametrize("number", [0, 4, 100_001])
def test_numbers_that_make_no_sense_are_refused(sessions: Sessions, number: int) -> None:
    with pytest.raises(ValueError, match="5 to 100000 submitted documents"):
        retrain_after(sessions, new_project(sessions), number)
