"""What webhooks are told of, and that it is written with the event or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.services.annotation.annotation import AnnotationService
from app.services.interchange import importing
from app.services.model_registry.registry import ModelRegistry
from app.services.operations import trash
from app.services.retraining.jobs import Job
from app.services.retraining.training_data import RetrainingSettings
from app.services.webhooks import webhooks
from app.services.webhooks.job_events import JobEvents
from storage.columns import now
from storage.engine import Sessions, writing
from storage.repository import documents
from tests.app.material import pretend_model
from tests.app.webhooks_kit import Hooked, hooked

pytestmark = pytest.mark.both_databases
DECIDE = [
    {"seq": 1, "op": "add", "id": "a", "start": 0, "end": 4, "label": "PER"},
    {"seq": 2, "op": "submit"},
]


@pytest.fixture
def hook(sessions: Sessions) -> Hooked:
    return hooked(sessions)


def messages(hook: Hooked) -> list[str]:
    return [delivery.event for delivery in hook.deliveries]


def add(hook: Hooked, text: str = "Anna met Bo.") -> int:
    with writing(hook.sessions) as session:
        document = documents.add(session, hook.project, name="a", text=text, split="train")
        assert document is not None
        return document.id


def test_a_submission_is_told_once_however_often_it_is_sent(hook: Hooked) -> None:
    document, service = add(hook), AnnotationService(hook.sessions)
    for _ in range(2):
        assert service.apply(document, "page", DECIDE, "Ada").error is None
    assert messages(hook) == ["document.submitted"]

    service.reopen(document, "Ada")
    service.apply(document, "page", [{"seq": 3, "op": "submit"}], "Ada")
    assert messages(hook) == ["document.submitted"] * 2


def test_a_submission_that_is_not_saved_is_not_told(
    hook: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the database failed")

    monkeypatch.setattr("app.services.annotation.tasks.AnnotationTask.sum_up", fail)
    with pytest.raises(RuntimeError):
        AnnotationService(hook.sessions).apply(add(hook), "page", DECIDE, "Ada")
    assert messages(hook) == []


def test_what_an_import_brings_as_submitted_is_not_told(hook: Hooked) -> None:
    line = b'{"text": "Anna.", "entities": [], "status": "submitted"}\n'
    importing.import_file(hook.sessions, hook.project, line, format="jsonl")
    assert messages(hook) == []


def test_a_promotion_is_told_to_every_project(hook: Hooked, tmp_path: Path) -> None:
    registry = ModelRegistry(hook.sessions)
    registry.ensure_bundled(pretend_model(tmp_path / "old"))
    new = registry.bring_in(pretend_model(tmp_path / "new"), {})
    for _ in range(2):
        registry.promote(new.id)
    assert messages(hook) == ["model.promoted"]


class Ended:
    """Jobs that are over."""

    def __init__(self, *jobs: Job) -> None:
        self.jobs = jobs

    def ended_since(self, at: datetime) -> Sequence[Job]:
        return [job for job in self.jobs if job.finished_at and job.finished_at >= at]


def test_a_job_is_told_when_it_ends_and_again_when_it_ends_after_another_try(
    hook: Hooked,
) -> None:
    at = now() + timedelta(seconds=1)
    failed = Job("job", hook.project, "failed", "train", "full", None, RetrainingSettings(), at, at)
    jobs = Ended(failed)
    for _ in range(2):
        JobEvents(hook.sessions, jobs).step()
    assert messages(hook) == ["job.failed"]
    done = replace(failed, state="done", finished_at=at + timedelta(minutes=1))
    follower = JobEvents(hook.sessions, Ended(failed, done))
    follower.step()
    follower.step()
    assert messages(hook) == ["job.finished", "job.failed"]


def test_a_webhook_is_not_told_of_what_ended_before_it_was_made(hook: Hooked) -> None:
    at = now() - timedelta(hours=1)
    job = Job("job", hook.project, "done", None, None, 2, RetrainingSettings(), at, at)
    JobEvents(hook.sessions, Ended(job)).step()
    assert messages(hook) == []


def test_the_webhooks_of_a_deleted_project_are_gone(hook: Hooked) -> None:
    trash.delete(hook.sessions, "project", hook.project, "News", "Ada")
    trash.restore(hook.sessions, "project", hook.project, "Ada")
    assert webhooks.every(hook.sessions, hook.project) == ()


def test_nothing_is_written_for_a_webhook_that_is_off(hook: Hooked) -> None:
    webhooks.set_active(hook.sessions, hook.project, hook.webhook, False)
    AnnotationService(hook.sessions).apply(add(hook), "page", DECIDE, "Ada")
    assert messages(hook) == []
