"""python -m app worker"""

from __future__ import annotations

import argparse

from app import logs
from app.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """No options: the environment says where the data lies."""


def run(options: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    logs.configure(settings.log)
    from app.worker.workflow import run as work

    work(settings)
    return 0
