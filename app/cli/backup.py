"""python -m app backup"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from app.services.operations.backup import back_up
from app.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="(default: spanneal-<time>.zip, here)"
    )


def run(options: argparse.Namespace) -> int:
    out = options.out or Path(f"spanneal-{datetime.now(UTC):%Y%m%d-%H%M%S}.zip")
    manifest = back_up(Settings.from_environment(), out)
    for path in manifest.missing:
        print(f"{path} is missing or cannot be read, so it is not in the backup", file=sys.stderr)
    counts = ", ".join(f"{number:,} {name}" for name, number in manifest.counts.items())
    print(f"{out} ({out.stat().st_size / 2**20:.1f} MB): {counts}, {len(manifest.models)} models")
    return 0
