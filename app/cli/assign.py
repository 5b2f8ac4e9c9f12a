"""python -m app assign --project NAME [--to NAME … [--number N | --document N …]]"""

from __future__ import annotations

import argparse

from app.cli.shared import add_project, project_id, row_number
from app.services.operations.startup import open_database
from app.services.team import assignment
from app.settings import Settings
from core.cli.whole_numbers import whole_number
from storage.engine import Sessions


def configure(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument(
        "--annotators",
        type=whole_number(1),
        metavar="K",
        help="first set how many people annotate each document",
    )
    parser.add_argument(
        "--to",
        action="append",
        default=[],
        metavar="NAME",
        help="assign documents to these people; without it, list assignments",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--number",
        type=whole_number(1),
        default=10,
        help="how many documents that need annotators, oldest first (default: 10)",
    )
    which.add_argument(
        "--document", type=row_number, action="append", metavar="N", help="a document's number"
    )


def run(options: argparse.Namespace) -> int:
    sessions = open_database(Settings.from_environment())
    project = project_id(sessions, options.project)
    if options.annotators is not None:
        assignment.set_annotators(sessions, project, options.annotators)
        print(f"annotators of each document: {options.annotators}")
    if not options.to:
        _list(sessions, project)
    elif options.document:
        made = assignment.assign(sessions, project, options.to, options.document)
        print(f"new assignments: {made}")
    else:
        print(
            "new assignments: "
            f"{assignment.assign_next(sessions, project, options.to, options.number)}"
        )
    return 0


def _list(sessions: Sessions, project: int) -> None:
    parts = assignment.given(sessions, project)
    for load in assignment.loads(parts):
        print(
            f"{load.person}\topen {load.open}\tsubmitted {load.submitted}\tskipped {load.skipped}"
        )
    if not parts:
        print("no assignments yet")
