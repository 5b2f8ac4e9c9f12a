"""What several verbs need."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from core.cli.whole_numbers import whole_number
from core.text.columns import ColumnChoice, parse_columns
from storage.engine import Sessions
from storage.repository import projects

Step = TypeVar("Step")
EVERY = 0.2
"""Seconds between two lines of progress."""
_LARGEST = 2**31 - 1
row_number = whole_number(1, _LARGEST)
"""The number of a document, a rule or a model version, as the database numbers them."""
seed = whole_number(0, _LARGEST)
"""Of what is drawn at random; a job keeps it."""


class OptionError(ValueError):
    """An option whose value cannot be used."""

    exit_status = 2


def add_project(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--project", required=True, metavar="NAME", help="the project's name")


def column_choice(text: str) -> ColumnChoice:
    """An option such as `word=2,tag=3`. Raises `ArgumentTypeError`."""
    try:
        return parse_columns(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def project_id(sessions: Sessions, name: str) -> int:
    """Raises `LookupError` naming the projects that there are."""
    with sessions() as session:
        project = projects.by_name(session, name)
        if project is None:
            known = (
                ", ".join(repr(project.name) for project in projects.every(session)) or "none yet"
            )
            raise LookupError(f"there is no project {name!r}; there are: {known}")
        return project.id


def progress(steps: Iterable[Step], line: Callable[[Step], str]) -> Iterator[Step]:
    """Passes the steps on and shows how far they are, in one line of a terminal that is watched."""
    watched = sys.stderr.isatty()
    shown = 0.0
    try:
        for step in steps:
            if watched and time.monotonic() - shown > EVERY:
                print(f"\r\033[K{line(step)}", end="", file=sys.stderr, flush=True)
                shown = time.monotonic()
            yield step
    finally:
        if watched:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
