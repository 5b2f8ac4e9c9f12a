"""python -m app preannotate"""

from __future__ import annotations

import argparse
import sys
import time

from app.cli.shared import project_id
from app.services.operations.startup import open_database
from app.services.retraining import bulk_preannotation
from app.services.retraining.bulk_preannotation import Pass
from app.services.retraining.jobs import Jobs
from app.settings import Settings
from storage.engine import Sessions

_POLL = 1.0


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("project", metavar="PROJECT", help="the project's name")
    parser.add_argument("--wait", action="store_true", help="wait until it ends, and show progress")
    what = parser.add_mutually_exclusive_group()
    for name, help in (
        ("status", "only show progress"),
        ("pause", "pause after the current documents"),
        ("resume", "resume a paused one"),
        ("cancel", "cancel it; predictions so far are kept"),
    ):
        what.add_argument(f"--{name}", dest="what", action="store_const", const=name, help=help)


def run(options: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    sessions = open_database(settings)
    project = project_id(sessions, options.project)
    print(_line(_do(options.what, sessions, project, settings)), flush=True)
    if options.what in (None, "resume") and not _works(settings, sessions):
        print("waiting for a worker: start `python -m app worker`", file=sys.stderr, flush=True)
    if not options.wait:
        return 0
    return 0 if _wait(sessions, project).state == "done" else 1


def _do(what: str | None, sessions: Sessions, project: int, settings: Settings) -> Pass:
    if what == "status":
        found = bulk_preannotation.latest(sessions, project)
        if found is None:
            raise LookupError("this project was never pre-annotated")
        return found
    verbs = {
        None: bulk_preannotation.start,
        "pause": bulk_preannotation.pause,
        "resume": bulk_preannotation.resume,
        "cancel": bulk_preannotation.cancel,
    }
    return verbs[what](sessions, project, settings.person)


def _works(settings: Settings, sessions: Sessions) -> bool:
    jobs = Jobs(settings, sessions)
    try:
        return jobs.worker_running()
    finally:
        jobs.close()


def _wait(sessions: Sessions, project: int) -> Pass:
    shown = ""
    while (found := bulk_preannotation.latest(sessions, project)) and found.state == "running":
        if (now := _line(found)) != shown:
            print(now, flush=True)
        shown = now
        time.sleep(_POLL)
    assert found is not None
    print(_line(found))
    return found


def _line(found: Pass) -> str:
    """How far a pass is, in one line."""
    tally = found.tally
    line = (
        f"pass {found.id}, model version {found.model_version_id}: {found.state}, "
        f"{tally.looked_at:,} of {found.documents:,} documents"
    )
    if tally.failed:
        line += f", {tally.failed:,} failed ({tally.error})"
    return f"{line}: {found.reason}" if found.reason else line
