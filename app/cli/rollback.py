"""python -m app rollback"""

from __future__ import annotations

import argparse

from app.services.model_registry.promotions import roll_back
from app.services.operations.startup import open_database
from app.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--why", default="", help="a reason for the log")


def run(options: argparse.Namespace) -> int:
    version = roll_back(open_database(Settings.from_environment()), options.why)
    print(f"model version {version.id} is active again ({version.path})")
    return 0
