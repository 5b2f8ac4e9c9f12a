"""python -m app serve"""

from __future__ import annotations

import argparse
from functools import partial

from app import logs
from app.services.operations.startup import prepare
from app.services.retraining.jobs_database import require_json
from app.services.retraining.worker_heartbeat import shared
from app.services.retraining.worker_lock import worker_runs
from app.settings import Settings
from app.web import listen_address
from app.worker.supervisor import Supervisor, page_command, worker_command
from core.cli.whole_numbers import whole_number


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: %(default)s)"
    )
    parser.add_argument(
        "--port", type=whole_number(1, 65_535), default=8501, help="(default: %(default)s)"
    )
    parser.add_argument(
        "--no-worker", action="store_true", help="only the page; start `worker` separately"
    )


def run(options: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    logs.configure(settings.log)
    if problem := listen_address.problem(settings.auth, options.host):
        raise ValueError(problem)
    started = prepare(settings)
    require_json(settings.jobs)
    if started.warning:
        logs.announce(f"serve: {started.warning}")
    worker = None if options.no_worker else worker_command()
    page = page_command(options.host, options.port)
    return Supervisor(page, worker, busy=partial(_busy, settings)).run()


def _busy(settings: Settings) -> str | None:
    """Whose worker does the jobs already, where there can be only one."""
    if shared(settings) or not worker_runs(settings.data):
        return None
    return (
        f"another worker is at work on {settings.data} and does the jobs; this server starts its "
        "own when that one ends"
    )
