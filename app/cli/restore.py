"""python -m app restore"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from app.services.operations.restore import restore, undo
from app.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="archive written by `backup`"
    )
    what.add_argument(
        "--undo", action="store_true", help="put back what a restore that was interrupted moved"
    )
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="target folder (default: SPANNEAL_DATA)"
    )
    parser.add_argument("--force", action="store_true", help="move existing data aside")


def run(options: argparse.Namespace) -> int:
    settings = Settings.from_environment(_within(options.data) if options.data else None)
    if options.undo:
        return _undo(settings)
    restored = restore(options.file, settings, force=options.force)
    manifest = restored.manifest
    if restored.aside:
        print(f"the previous data is in {restored.aside}")
    print(
        f"{manifest.counts.get('documents', 0):,} documents of {manifest.made} are back in "
        f"{settings.data}"
    )
    return 0


def _undo(settings: Settings) -> int:
    mark = undo(settings)
    if mark is None:
        raise LookupError(f"no restore into {settings.data} was interrupted")
    print(f"the restore of {mark.archive} is undone; everything is as it was {mark.begun}")
    return 0


def _within(data: Path) -> dict[str, str]:
    """The environment with all SQLite files in this folder, wherever they are set to be."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("SPANNEAL_DATABASE", "SPANNEAL_JOBS") or "sqlite" not in value
    }
    return {**environment, "SPANNEAL_DATA": str(data)}
