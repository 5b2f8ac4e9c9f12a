"""The Train page: what can be learnt from, a job's life, old against new, promoting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.services.model_registry.registry import ModelRegistry
from app.services.retraining.job_log import DevPoint, LossPoint, TrainingProgress
from app.services.retraining.jobs import Job, JobState, JobStep
from app.services.retraining.training_data import RetrainingError, RetrainingSettings
from tests.app.material import NEWS, pretend_model, submit
from tests.app.pages_kit import Site

SCORES: dict[str, Any] = {
    "old": {"precision": 0.5, "recall": 0.5, "f1": 0.5, "gold": 12, "per_label": {}},
    "new": {"precision": 0.75, "recall": 0.6, "f1": 0.667, "gold": 12, "per_label": {}},
}
LOG = TrainingProgress(
    step=30,
    total_steps=120,
    epoch=3,
    eta_seconds=95.0,
    seconds=31.0,
    encoder_lr=1e-4,
    decoder_lr=5e-4,
    losses=(LossPoint(10, {"type": 1.0, "boundary_0": 2.0}), LossPoint(30, {"type": 0.5})),
    evaluations=(DevPoint(20, 2, 0.5, 0.4, 0.444, True, 0.55, 0.4),),
)


@dataclass
class PretendedJobs:
    """A queue whose jobs stand where the test puts them."""

    present: list[Job] = field(default_factory=list)
    available: bool = True
    refusal: str | None = None
    calls: list[tuple[str, Any]] = field(default_factory=list)
    log: TrainingProgress = LOG

    def put(self, state: JobState, step: JobStep | None = None, **more: Any) -> Job:
        job = Job(
            "job-1",
            more.get("project_id", 1),
            state,
            step,
            more.get("reason"),
            more.get("version_id"),
            RetrainingSettings(),
            datetime(2026, 1, 2, tzinfo=UTC),
            None,
        )
        self.present = [job]
        return job

    def start(self, project_id: int, settings: RetrainingSettings) -> str:
        if self.refusal:
            raise RetrainingError(self.refusal)
        self.calls.append(("start", settings))
        return self.put("queued", project_id=project_id).id

    def every(self, project_id: int, limit: int = 50) -> Sequence[Job]:
        return [job for job in self.present if job.project_id == project_id]

    def get(self, job_id: str) -> Job:
        return next(job for job in self.present if job.id == job_id)

    def progress(self, job_id: str) -> TrainingProgress:
        return self.log

    def cancel(self, job_id: str) -> None:
        self.calls.append(("cancel", job_id))
        self.put("cancelled")

    def retry(self, job_id: str) -> None:
        self.calls.append(("retry", job_id))
        self.put("queued")

    def worker_running(self) -> bool:
        return self.available


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> PretendedJobs:
    jobs = PretendedJobs()
    monkeypatch.setattr("app.context.jobs", lambda: jobs)
    return jobs


def fill(site: Site) -> None:
    for text, marked in NEWS[1:]:
        submit(site.sessions, site.project_id, text, marked)
    submit(site.sessions, site.project_id, *NEWS[0], split="holdout")


def proposed(site: Site, metrics: Mapping[str, Any] | None = None) -> int:
    folder = pretend_model(site.settings.data / "models" / "new")
    return (
        ModelRegistry(site.sessions)
        .propose(
            folder,
            parent_id=1,
            metrics={"holdout": SCORES} if metrics is None else metrics,
            data_hash="0" * 64,
            settings={},
        )
        .id
    )


def test_too_few_documents_are_counted_and_the_button_waits(
    site: Site, jobs: PretendedJobs
) -> None:
    site.add()

    site.open("train")

    assert site.app.button(key="start").disabled
    assert "at least 2 submitted documents" in site.messages()


def test_submitted_documents_are_counted_by_split(site: Site, jobs: PretendedJobs) -> None:
    fill(site)

    site.open("train")

    counted = {metric.label: metric.value for metric in site.app.metric}
    assert counted == {"Training documents": "3", "Held-out documents": "1"}


def test_the_button_starts_a_job_with_the_chosen_settings(site: Site, jobs: PretendedJobs) -> None:
    fill(site)
    site.open("train")

    site.app.number_input(key="epochs").set_value(2)
    site.app.button(key="start").click()
    site.run()

    assert jobs.calls == [("start", RetrainingSettings(epochs=2))]
    assert "Queued" in site.app.progress[0].text


def test_a_refused_start_says_why(site: Site, jobs: PretendedJobs) -> None:
    fill(site)
    jobs.refusal = "the 3 submitted train documents have no accepted entities"
    site.open("train")

    site.app.button(key="start").click()
    site.run()

    assert "have no accepted entities" in site.messages()


def test_a_running_job_shows_its_step_its_curves_and_the_time_left(
    site: Site, jobs: PretendedJobs
) -> None:
    jobs.put("running", "train")

    site.open("train")

    assert site.app.progress[0].value == 25
    assert "step 30 of at most 120" in site.app.progress[0].text
    assert "2 min left" in site.app.progress[0].text
    assert site.app.get("plotly_chart")
    assert "learning rates 0.0001 (encoder), 0.0005 (decoder)" in site.messages()
    assert "best epoch 2: F1 44.4%, P 50.0%, R 40.0% · its φ 0.55, flat 0.40" in site.messages()
    assert "trained for 31 s" in site.messages()
    assert not [button for button in site.app.button if button.key == "start"]


@pytest.mark.parametrize(
    ("losses", "scores", "drawn", "missing"),
    [
        ((), LOG.evaluations, 1, ("No loss has been reported",)),
        (LOG.losses, (), 1, ("No development score has been reported",)),
        ((), (), 0, ("No loss has been reported", "No development score has been reported")),
        (
            LOG.losses,
            (DevPoint(20, 2, None, None, None, True),),
            1,
            ("1 development score undefined (–)", "at least one document with an entity"),
        ),
    ],
)
def test_the_curves_draw_what_was_reported_and_say_what_is_missing(
    site: Site,
    jobs: PretendedJobs,
    losses: tuple[LossPoint, ...],
    scores: tuple[DevPoint, ...],
    drawn: int,
    missing: tuple[str, ...],
) -> None:
    jobs.log = replace(LOG, losses=losses, evaluations=scores)
    jobs.put("running", "train")

    site.open("train")

    assert len(site.app.get("plotly_chart")) == drawn
    assert all(sentence in site.messages() for sentence in missing)
    assert ("No loss has been reported" in site.messages()) is (not losses)


def test_a_running_job_comes_before_a_finished_one_that_a_clock_ahead_dated(
    site: Site, jobs: PretendedJobs
) -> None:
    running = jobs.put("running", "train")
    jobs.present = [replace(running, id="job-0", state="cancelled"), running]

    site.open("train")

    assert site.app.progress[0].value == 25
    assert not [button for button in site.app.button if button.key == "start"]


def test_a_job_that_no_worker_takes_says_how_to_start_one(site: Site, jobs: PretendedJobs) -> None:
    jobs.put("queued")
    jobs.available = False

    site.open("train")

    assert "python -m app worker" in site.messages()


def test_a_job_can_be_cancelled_and_tried_again(site: Site, jobs: PretendedJobs) -> None:
    jobs.put("running", "train")
    site.open("train")

    site.app.button(key="cancel").click()
    site.run()
    assert "was cancelled" in site.messages()
    site.app.button(key="retry").click()
    site.run()

    assert [name for name, _ in jobs.calls] == ["cancel", "retry"]
    assert site.app.progress


def test_a_failed_job_shows_its_reason_and_the_model_stays(site: Site, jobs: PretendedJobs) -> None:
    jobs.put("failed", "train", reason="the disk is full; free some space, then try again")

    site.open("train")

    assert "the disk is full" in site.messages()
    assert "The active model is unchanged" in site.messages()
    assert [button for button in site.app.button if button.key == "retry"]


def test_old_and_new_are_compared_with_the_number_of_entities(
    site: Site, jobs: PretendedJobs
) -> None:
    site.open("train")
    jobs.put("done", version_id=proposed(site))

    site.run()

    scores = {metric.label: (metric.value, metric.delta) for metric in site.app.metric}
    assert scores["F1"] == ("66.7%", "+16.7 points")
    assert "only 12 held-out entities" in site.messages()


def test_undefined_scores_are_dashes_and_call_no_model_worse(
    site: Site, jobs: PretendedJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = {"precision": None, "recall": None, "f1": None, "gold": 0, "predicted": 0}
    site.open("train")
    for side in ("old", "new"):
        monkeypatch.setitem(SCORES, side, {**nothing, "per_label": {}})
    jobs.put("done", version_id=proposed(site))
    site.run()
    assert [(metric.value, metric.delta) for metric in site.app.metric][-3:] == [("–", "")] * 3
    assert "only 0 held-out entities" in site.messages()
    assert "worse than the old one" not in site.messages()


def test_a_new_model_that_is_worse_is_called_so_and_can_still_be_promoted(
    site: Site, jobs: PretendedJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.open("train")
    monkeypatch.setitem(SCORES, "new", {**SCORES["new"], "f1": 0.4})
    version = proposed(site)
    jobs.put("done", version_id=version)

    site.run()

    assert "worse than the old one" in site.messages()
    assert not site.app.button(key=f"promote {version}").disabled


def test_without_held_out_documents_retraining_starts_and_says_what_it_lacks(
    site: Site, jobs: PretendedJobs
) -> None:
    for text, marked in NEWS[1:]:
        submit(site.sessions, site.project_id, text, marked)

    site.open("train")

    assert not site.app.button(key="start").disabled
    assert "No held-out document is submitted" in site.messages()
