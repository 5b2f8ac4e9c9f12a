"""python -m app promote"""

from __future__ import annotations

import argparse
import sys

from app.cli.shared import row_number
from app.services.model_registry import evidence
from app.services.model_registry.registry import ModelRegistry
from app.services.operations import projects
from app.services.operations.startup import open_database
from app.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "version", type=row_number, metavar="VERSION", help="a model version's number"
    )
    parser.add_argument("--why", default="", help="a reason for the log")


def run(options: argparse.Namespace) -> int:
    sessions = open_database(Settings.from_environment())
    registry = ModelRegistry(sessions)
    doubts = evidence.doubts(registry.get(options.version), registry.active())
    version = registry.promote(options.version, options.why)
    for sentence in doubts:
        print(f"warning: {sentence}", file=sys.stderr)
    print(evidence.reach([project.name for project in projects.every(sessions)]), file=sys.stderr)
    print(f"model version {version.id} is now active ({version.path})")
    return 0
