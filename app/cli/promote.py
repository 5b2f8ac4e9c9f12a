"""python -m app promote"""

from __future__ import annotations

import argparse

from app.services.model_registry.registry import ModelRegistry
from app.services.operations.startup import open_database
from app.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("version", type=int, metavar="VERSION", help="a model version's number")
    parser.add_argument("--why", default="", help="a reason for the log")


def run(options: argparse.Namespace) -> int:
    registry = ModelRegistry(open_database(Settings.from_environment()))
    version = registry.promote(options.version, options.why)
    print(f"model version {version.id} is now active ({version.path})")
    return 0
