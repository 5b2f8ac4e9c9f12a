"""What several verbs need."""

from __future__ import annotations

import argparse

from storage.engine import Sessions
from storage.repository import projects


def add_project(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--project", required=True, metavar="NAME", help="the project's name")


def project_id(sessions: Sessions, name: str) -> int:
    """Raises `LookupError` naming the projects that there are."""
    with sessions() as session:
        project = projects.by_name(session, name)
        if project is None:
            known = ", ".join(repr(each.name) for each in projects.every(session)) or "none yet"
            raise LookupError(f"there is no project {name!r}; there are: {known}")
        return project.id
