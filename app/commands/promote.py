"""python -m app promote"""

from __future__ import annotations

import argparse

from app.services.models import ModelRegistry
from app.services.startup import open_database
from app.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("version", type=int, metavar="VERSION", help="a model version's number")


def run(options: argparse.Namespace) -> int:
    version = ModelRegistry(open_database(Settings.from_environment())).promote(options.version)
    print(f"model version {version.id} suggests from now on ({version.path})")
    return 0
