"""A project's jobs among those of all projects, without DBOS behind them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from app.services.retraining.jobs import Jobs
from app.services.retraining.training_data import RetrainingSettings
from storage.engine import Sessions, writing
from storage.repository import projects


def _listing(sessions: Sessions, project_ids: list[int]) -> Jobs:
    """Jobs of these projects, the newest first."""
    statuses = [
        SimpleNamespace(
            workflow_id=f"job-{number}",
            input={"args": [project_id, RetrainingSettings().to_json()]},
            status="SUCCESS",
            output=None,
            created_at=0,
            completed_at=None,
        )
        for number, project_id in enumerate(project_ids)
    ]

    def list_workflows(limit: int, offset: int = 0, **_: Any) -> list[SimpleNamespace]:
        return statuses[offset : offset + limit]

    jobs = object.__new__(Jobs)
    jobs._client = SimpleNamespace(list_workflows=list_workflows)  # type: ignore[assignment]
    jobs._settings = SimpleNamespace(data=Path("nowhere"))  # type: ignore[assignment]
    return jobs.on(sessions)


def test_a_projects_jobs_are_listed_behind_any_number_of_other_projects_jobs(
    sessions: Sessions,
) -> None:
    with writing(sessions) as session:
        first, second = (projects.create(session, name).id for name in ("one", "two"))
    jobs = _listing(sessions, [second] * 450 + [first] * 3)

    assert [job.id for job in jobs.every(first)] == ["job-450", "job-451", "job-452"]
    assert [job.id for job in jobs.every(first, limit=1)] == ["job-450"]
    assert len(jobs.every(second)) == len(jobs.every()) == 50
    assert len(jobs.every(limit=500)) == 453
