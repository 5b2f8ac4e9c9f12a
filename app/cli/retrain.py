"""python -m app retrain"""

from __future__ import annotations

import argparse
import sys
import time

from app.cli.shared import add_project, project_id, seed
from app.services.model_registry.registry import ModelRegistry, VersionView
from app.services.operations.startup import open_database
from app.services.retraining.jobs import Job, Jobs
from app.services.retraining.training_data import RetrainingSettings
from app.settings import Settings
from core.cli.whole_numbers import whole_number
from core.evaluation.metrics import percent

_POLL = 1.0


def configure(parser: argparse.ArgumentParser) -> None:
    default = RetrainingSettings()
    add_project(parser)
    parser.add_argument(
        "--wait", action="store_true", help="wait until the job ends, and show progress"
    )
    parser.add_argument("--epochs", type=whole_number(1), help="(default: automatic)")
    parser.add_argument("--seed", type=seed, default=default.seed, help="(default: %(default)s)")


def run(options: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    sessions = open_database(settings)
    chosen = RetrainingSettings(epochs=options.epochs, seed=options.seed)
    jobs = Jobs(settings, sessions)
    try:
        job_id = jobs.start(project_id(sessions, options.project), chosen)
        print(f"job {job_id} is queued", flush=True)
        if not jobs.worker_running():
            print("waiting for a worker: start `python -m app worker`", file=sys.stderr, flush=True)
        if not options.wait:
            return 0
        job = _wait(jobs, job_id)
    finally:
        jobs.close()
    if job.version_id is None:
        print(f"job {job_id} {job.state}: {job.reason or 'cancelled by a person'}", file=sys.stderr)
        return 1
    _show(ModelRegistry(sessions).get(job.version_id))
    return 0


def _wait(jobs: Jobs, job_id: str) -> Job:
    shown = ""
    while (job := jobs.get(job_id)).active:
        progress = jobs.progress(job_id)
        now = f"{job.step or job.state}  step {progress.step}/{progress.total_steps}"
        if progress.evaluations:
            now += f"  development F1 {percent(progress.evaluations[-1].f1)}"
        if now != shown:
            print(now, flush=True)
        shown = now
        time.sleep(_POLL)
    return job


def _show(version: VersionView) -> None:
    if version.comparison:
        print(f"{'holdout split':16} {'gold':>6} {'old F1':>8} {'new F1':>8}")
    else:
        print("not measured: no held-out document is submitted")
    for row in version.comparison:
        name = row.label or "all"
        print(f"{name:16} {row.gold:6d} {percent(row.old[2]):>8} {percent(row.new[2]):>8}")
    print(f"model version {version.id} is proposed: `python -m app promote {version.id}`")
