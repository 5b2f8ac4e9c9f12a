"""python -m app instant --project NAME [status | rebuild | on | off]"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from app.cli.shared import add_project, progress, project_id
from app.services.operations.startup import open_database
from app.services.suggestions import instant_control
from app.services.suggestions.instant_control import InstantStatus
from app.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument(
        "action",
        nargs="?",
        choices=("status", "rebuild", "on", "off"),
        default="status",
        help="show how far it is; learn all submitted documents anew; switch it on or off "
        "(default: status)",
    )
    parser.add_argument("--json", action="store_true", help="print the status as one JSON object")


def run(options: argparse.Namespace) -> int:
    sessions = open_database(Settings.from_environment())
    project = project_id(sessions, options.project)
    if options.action == "rebuild":
        for _ in progress(instant_control.rebuild(sessions, project), _line):
            pass
    elif options.action != "status":
        instant_control.switch(sessions, project, options.action == "on")
    status = instant_control.status(sessions, project)
    print(json.dumps(asdict(status), indent=2) if options.json else _line(status))
    return 0


def _line(status: InstantStatus) -> str:
    if status.model_version is None:
        return f"{'on' if status.on else 'off'}: no model is active"
    line = (
        f"{'on' if status.on else 'off'}: learnt from {status.learnt} documents on top of model "
        f"version {status.model_version}, {status.to_learn} to learn or take back"
    )
    return f"{line}, {status.failed} that cannot be learnt" if status.failed else line
