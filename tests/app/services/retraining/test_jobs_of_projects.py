"""Which jobs a project has, however many the others have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.operations.startup import open_database
from app.services.retraining import jobs as jobs_module
from app.services.retraining.jobs import QUEUE, WORKFLOW, Jobs
from app.services.retraining.training_data import RetrainingSettings
from app.services.team import accounts, members
from app.services.team.permissions import Acting, for_person
from tests.app.material import new_project, settings_in

pytestmark = pytest.mark.sqlite


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    """Of two projects: one has the oldest job of all and the newest."""
    monkeypatch.setattr(jobs_module, "READ_AT_ONCE", 3)
    settings = settings_in(tmp_path)
    sessions = open_database(settings)
    made = Jobs(settings, sessions)
    few, many = (new_project(sessions, name=name, filled=False) for name in ("few", "many"))
    for number, project in enumerate([few, *[many] * 7, few]):
        enqueue(made, project, f"job-{number}")
    yield made
    made.close()
    sessions.kw["bind"].dispose()


def enqueue(jobs: Jobs, project_id: int, name: str) -> None:
    jobs._client.enqueue(
        {"workflow_name": WORKFLOW, "queue_name": QUEUE, "workflow_id": name},
        project_id,
        RetrainingSettings().to_json(),
    )


def ids(jobs: Jobs, project_id: int | None = None, limit: int = 50) -> list[str]:
    return [job.id for job in jobs.every(project_id, limit)]


def test_other_projects_newer_jobs_hide_none(jobs: Jobs) -> None:
    assert ids(jobs, 1) == ["job-8", "job-0"]
    assert ids(jobs, 1, limit=2) == ["job-8", "job-0"]
    assert ids(jobs, 1, limit=1) == ["job-8"]
    assert ids(jobs, 3) == []


def test_of_all_projects_the_newest_come_first(jobs: Jobs) -> None:
    assert ids(jobs, limit=4) == ["job-8", "job-7", "job-6", "job-5"]
    assert len(ids(jobs)) == 9


def test_what_a_person_may_not_see_counts_for_no_limit(jobs: Jobs) -> None:
    sessions = jobs._sessions
    reviewer = accounts.add(sessions, "Rita", None)
    members.assign(sessions, 1, "Rita", "reviewer")
    hers = jobs.on(for_person(sessions, Acting("Rita", reviewer.id, False)))

    assert ids(hers, limit=2) == ["job-8", "job-0"]


def test_a_job_that_is_queued_meanwhile_makes_none_appear_twice(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = jobs._client.list_workflows

    def asked(**question: object) -> object:
        result = ask(**question)  # type: ignore[arg-type]
        enqueue(jobs, 2, f"late-{question['offset']}")
        return result

    monkeypatch.setattr(jobs._client, "list_workflows", asked)
    result = [status.workflow_id for status in jobs._newest()]

    assert len(result) == len(set(result))
    assert {f"job-{number}" for number in range(9)} <= set(result)
