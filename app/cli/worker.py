"""python -m app worker"""

from __future__ import annotations

import argparse

from app.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """No options: the environment says where the data lies."""


def run(options: argparse.Namespace) -> int:
    from app.worker.workflow import run as work

    work(Settings.from_environment())
    return 0
