"""python -m app restore"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from app.services.operations.restore import restore
from app.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="archive written by `backup`")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="target folder (default: SPANNEAL_DATA)"
    )
    parser.add_argument("--force", action="store_true", help="move existing data aside")


def run(options: argparse.Namespace) -> int:
    settings = Settings.from_environment(_within(options.data) if options.data else None)
    restored = restore(options.file, settings, force=options.force)
    manifest = restored.manifest
    if restored.aside:
        print(f"the previous data is in {restored.aside}")
    print(
        f"{manifest.counts.get('documents', 0):,} documents of {manifest.made} are back in "
        f"{settings.data}"
    )
    return 0


def _within(data: Path) -> dict[str, str]:
    """The environment with all SQLite files in this folder, wherever they are set to be."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("SPANNEAL_DATABASE", "SPANNEAL_JOBS") or "sqlite" not in value
    }
    return {**kept, "SPANNEAL_DATA": str(data)}
